package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import refinery.agent.Attempt;

/** The biotypes of an index's transcripts: a table without header (transcript, tab, biotype). */
final class Biotypes {
  /** Of ribosomal RNA, as Ensembl, GENCODE and RefSeq call it; in small letters. */
  private static final Set<String> RIBOSOMAL = Set.of("rrna", "mt_rrna", "rrna_pseudogene");

  private Biotypes() {}

  /** The biotype of each transcript that states one. */
  static Map<String, String> read(Path file, Attempt attempt) throws IOException, StepFailure {
    Map<String, String> biotypes = new HashMap<>();
    Map<String, String> same = new HashMap<>();
    try (Lines lines = new Lines(Streams.open(file, attempt))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        int tab = line.indexOf('\t');
        if (tab > 0) {
          String biotype = line.substring(tab + 1);
          biotypes.put(line.substring(0, tab), same.computeIfAbsent(biotype, text -> text));
        }
      }
    }
    return biotypes;
  }

  /** The transcripts of ribosomal RNA, which are few. */
  static Set<String> ribosomal(Path file, Attempt attempt) throws IOException, StepFailure {
    Set<String> transcripts = new HashSet<>();
    try (Lines lines = new Lines(Streams.open(file, attempt))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        int tab = line.indexOf('\t');
        if (tab > 0 && isRibosomal(line.substring(tab + 1))) {
          transcripts.add(line.substring(0, tab));
        }
      }
    }
    return transcripts;
  }

  private static boolean isRibosomal(String biotype) {
    return RIBOSOMAL.contains(biotype.toLowerCase(Locale.ROOT));
  }
}
