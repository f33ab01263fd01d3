/**
 * Makes datasets: reads the quantifications that a plan names, one at a time, into the store of
 * each matrix, and writes what people analyse from the stores. Uses expression values, stores and
 * formats; knows nothing of attempts.
 */
package refinery.dataset;
