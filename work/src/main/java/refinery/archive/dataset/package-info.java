/** The source {@code dataset}: its surveys yield one batch, which makes the files of a dataset. */
package refinery.archive.dataset;
