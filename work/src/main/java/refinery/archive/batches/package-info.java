/**
 * The source {@code batches}: its surveys yield one batch, which is made of an output of every
 * batch of a set.
 */
package refinery.archive.batches;
