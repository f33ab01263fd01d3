/**
 * Ensembl and Ensembl Genomes as a source of genomes with annotation. Pure parsing and naming apart
 * from asking ({@code EnsemblArchive}).
 */
package refinery.archive.ensembl;
