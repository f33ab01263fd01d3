/**
 * The PostgreSQL of this node: the embedded server, or an external one by its address; its schema
 * and its connections. Knows nothing of what is stored.
 */
package refinery.database;
