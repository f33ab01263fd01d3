/**
 * Annotated assemblies of RefSeq and GenBank as a source of references: the directory of an
 * assembly accession, its checksums and its report.
 */
package refinery.archive.refseq;
