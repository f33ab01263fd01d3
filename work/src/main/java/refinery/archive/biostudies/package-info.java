/**
 * ArrayExpress in BioStudies as a source: the table of samples and data (SDRF) of a study, which
 * names its sequencing runs.
 */
package refinery.archive.biostudies;
