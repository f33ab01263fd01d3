/**
 * Summary figures of a matrix of genes and cells: the highest-expressed genes, the highly variable
 * genes and the quality of the cells, by scanpy's formulas. Matrices are read as streams, several
 * times if need be: memory grows with genes and cells, never with entries. May use gzip, and the
 * libraries for HDF5 and charts.
 */
package refinery.figures;
