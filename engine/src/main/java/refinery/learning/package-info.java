/**
 * What process jobs reserve once enough of the same size have succeeded. Keeps a few numbers for
 * each pipeline and size in memory, read again from the rows of usage from time to time.
 */
package refinery.learning;
