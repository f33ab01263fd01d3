/**
 * Finds entities that are stuck and nudges them, and offers batches what they need. Stores nothing.
 */
package refinery.foreman;
