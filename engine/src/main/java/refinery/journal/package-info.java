/**
 * How events of entities are serialised and written, together with the read rows, in one
 * transaction.
 */
package refinery.journal;
