/**
 * Renders a dataset's store into the files that people analyse, streaming: tables, MatrixMarket,
 * Parquet, h5ad, and refine.bio's zip. The same store gives the same bytes. May use the store only.
 */
package refinery.dataset.format;
