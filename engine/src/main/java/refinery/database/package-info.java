/**
 * The PostgreSQL that this node uses, embedded or external: its address, schema and connections.
 * Knows nothing of what is stored in it.
 */
package refinery.database;
