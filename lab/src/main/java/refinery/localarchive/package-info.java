/**
 * A small archive for demonstrations and tests: a synthetic species with known truth, and a real
 * HTTP server that answers in the way of ENA, NCBI and Ensembl, with faults on demand. Keeps no
 * state of the system; uses only {@code refinery.protocol}'s JSON settings.
 */
package refinery.localarchive;
