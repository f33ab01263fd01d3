/**
 * Expression values of many samples: reads tables of abundances, sums transcripts up to genes as
 * Bioconductor's tximport does, and computes normalisation factors as edgeR and DESeq2 do. Pure;
 * reads streams only and may use nothing of Refinery. Values are plain arrays, one a sample.
 */
package refinery.expression;
