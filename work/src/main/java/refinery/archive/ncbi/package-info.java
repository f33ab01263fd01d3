/**
 * The source of runs of NCBI's Sequence Read Archive: what NCBI states of runs and archive files,
 * and how reads are extracted from an archive. Knows no transfers; may use agent and protocol.
 */
package refinery.archive.ncbi;
