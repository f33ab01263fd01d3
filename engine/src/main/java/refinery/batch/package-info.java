/**
 * The batch entity: one unit of data from its discovery to its results, by a download job and a
 * process job.
 */
package refinery.batch;
