/**
 * What is particular to NCBI's Sequence Read Archive: what it states about an archive file, and how
 * reads come out of one. Knows no transfers; may use agent and protocol.
 */
package refinery.archive.ncbi;
