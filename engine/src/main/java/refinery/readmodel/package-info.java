/**
 * Queries over the read rows, for lists, search, counts and the node itself; and the rebuild of the
 * rows from the journal.
 */
package refinery.readmodel;
