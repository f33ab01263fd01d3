package refinery.pipeline;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which transcripts a smaller index leaves out, one after the other in the order of their file:
 * those that are not coding by their biotype or by the prefix of their accession, those that are
 * short, and those whose sequence is that of one that is kept. Words in a description never decide.
 * Used by one thread, once.
 *
 * @param nonCoding biotypes, as annotations write them; case does not matter
 * @param accessions matches the beginning of accessions of non-coding transcripts
 * @param shortest bases that a transcript must have
 */
record TranscriptRules(
    Set<String> nonCoding,
    Optional<Pattern> accessions,
    long shortest,
    Map<String, String> biotypes,
    Map<Digest, String> kept) {
  /** The biotypes of Ensembl, GENCODE and RefSeq that are not coding. */
  static final Set<String> NON_CODING =
      Set.of(
          """
          lncRNA lincRNA lnc_RNA macro_lncRNA bidirectional_promoter_lncRNA antisense antisense_RNA
          sense_intronic sense_overlapping 3prime_overlapping_ncRNA processed_transcript
          retained_intron non_coding ncRNA misc_RNA miRNA pre_miRNA piRNA siRNA sRNA snRNA snoRNA
          scaRNA scRNA rRNA Mt_rRNA tRNA Mt_tRNA tmRNA ribozyme vault_RNA Y_RNA guide_RNA
          RNase_P_RNA RNase_MRP_RNA SRP_RNA telomerase_RNA pseudogene processed_pseudogene
          unprocessed_pseudogene unitary_pseudogene transcribed_pseudogene
          transcribed_processed_pseudogene transcribed_unprocessed_pseudogene
          transcribed_unitary_pseudogene rRNA_pseudogene tRNA_pseudogene ncRNA_pseudogene
          IG_pseudogene IG_C_pseudogene IG_J_pseudogene IG_V_pseudogene TR_J_pseudogene
          TR_V_pseudogene
          """
              .strip()
              .split("\\s+"));

  /** The first half of a SHA-256 of a sequence in capital letters. */
  record Digest(long high, long low) {}

  enum Reason {
    NON_CODING,
    SHORT,
    DUPLICATE;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param detail the biotype or the accession, the length, or the transcript that has this
   *     sequence
   */
  record Removed(Reason reason, String detail) {}

  /**
   * @param nonCoding biotypes
   * @param prefixes of accessions, as {@code NR_}; a digit must follow
   * @param biotypes of transcripts, by their names
   */
  static TranscriptRules of(
      Set<String> nonCoding, Set<String> prefixes, long shortest, Map<String, String> biotypes) {
    Optional<Pattern> accessions =
        prefixes.stream()
            .sorted()
            .map(Pattern::quote)
            .reduce((one, other) -> one + "|" + other)
            .map(any -> Pattern.compile("(" + any + ")[0-9].*"));
    Set<String> small =
        nonCoding.stream()
            .map(word -> word.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    return new TranscriptRules(small, accessions, shortest, biotypes, new HashMap<>());
  }

  /** Why this transcript is left out; empty when it is kept. */
  Optional<Removed> judge(String name, long length, Digest sequence) {
    String biotype = biotypes.getOrDefault(name, "");
    if (nonCoding.contains(biotype.toLowerCase(Locale.ROOT))) {
      return Optional.of(new Removed(Reason.NON_CODING, biotype));
    }
    if (accessions.filter(pattern -> pattern.matcher(name).matches()).isPresent()) {
      return Optional.of(new Removed(Reason.NON_CODING, "accession " + name));
    }
    if (length < shortest) {
      return Optional.of(new Removed(Reason.SHORT, length + " bases"));
    }
    return Optional.ofNullable(kept.putIfAbsent(sequence, name))
        .map(same -> new Removed(Reason.DUPLICATE, "as " + same));
  }
}
