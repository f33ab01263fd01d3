/**
 * A small archive for demonstrations and tests: a synthetic species with known truth, and a real
 * HTTP server that answers as ENA, NCBI and Ensembl do, with faults on demand. Owns no state of the
 * system; uses only {@code refinery.protocol}'s JSON dialect.
 */
package refinery.localarchive;
