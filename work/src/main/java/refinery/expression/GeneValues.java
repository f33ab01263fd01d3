package refinery.expression;

/**
 * The values of one sample, by gene. A length is NaN where the gene's TPM is 0; {@link Lengths}
 * fills it from all samples.
 *
 * @param lengths effective lengths in bases, means weighted by TPM
 * @param plainLengths unweighted means
 */
public record GeneValues(
    String sample, double[] tpm, double[] counts, double[] lengths, double[] plainLengths) {}
