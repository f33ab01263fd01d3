/**
 * Measures how the cost of a survey grows with its batches: a node in a JVM of its own, and a local
 * archive with studies of given sizes. Knows the node by its HTTP API and, once it is stopped, by
 * its journal.
 */
package refinery.scale;
