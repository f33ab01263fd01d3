/**
 * NCBI's Gene Expression Omnibus as a source: series and samples, whose links lead to sequencing
 * runs.
 */
package refinery.archive.geo;
