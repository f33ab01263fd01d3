/**
 * How the cost of a survey grows with its batches: a node in a JVM of its own, a local archive with
 * studies of given sizes, and what both took. Knows the node by its HTTP API and, once that is
 * stopped, by its journal.
 */
package refinery.scale;
