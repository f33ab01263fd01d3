/**
 * The source {@code matrix}: matrices of genes and cells at addresses, or of the projects of a
 * bucket. May use the archives' common parts.
 */
package refinery.archive.matrix;
