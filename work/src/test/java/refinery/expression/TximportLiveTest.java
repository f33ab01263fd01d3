package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random tables of 5,000 transcripts and 40 samples give what tximport gives. */
class TximportLiveTest {
  private static final int SAMPLES = 40;

  private static final String SCRIPT =
      """
      files <- sprintf("s%d.sf", 0:39)
      names(files) <- sprintf("s%d", 0:39)
      genes <- read.delim("genes.tsv", header = FALSE, colClasses = "character")
      out <- function(x, name) writeBin(as.double(x), name, endian = "little")
      for (mode in c("no", "scaledTPM", "lengthScaledTPM")) {
        g <- tximport(files, type = "salmon", tx2gene = genes, countsFromAbundance = mode,
                      ignoreTxVersion = TRUE, dropInfReps = TRUE, importer = read.delim)
        writeLines(rownames(g$counts), "rows")
        out(g$counts, paste0("gene.", mode))
        out(g$length, "length")
        out(g$abundance, "tpm")
      }
      sub <- read.delim("mapped.tsv", header = FALSE, colClasses = "character")
      for (mode in c("no", "scaledTPM", "lengthScaledTPM", "dtuScaledTPM")) {
        t <- tximport(files, type = "salmon", tx2gene = sub, txOut = TRUE,
                      countsFromAbundance = mode, ignoreTxVersion = TRUE, dropInfReps = TRUE,
                      importer = read.delim)
        out(t$counts, paste0("tx.", mode))
      }
      """;

  @TempDir Path folder;

  private GeneMap map(RandomTables tables, Path file, boolean all) throws IOException {
    GeneMap map = new GeneMap();
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < tables.ids().size(); row++) {
      String name = tables.ids().name(row);
      String gene = tables.geneOf().getOrDefault(name, all ? "other" : "");
      if (!gene.isEmpty()) {
        String transcript = name.substring(0, name.indexOf('.'));
        map.add(transcript, gene);
        text.append(transcript).append('\t').append(gene).append('\n');
      }
    }
    Files.writeString(file, text);
    return map;
  }

  @Test
  void agreesWithBioconductor() throws Exception {
    RandomTables tables = new RandomTables(Long.getLong("refinery.seed", 11), 5000, 1500);
    for (Quantification sample : tables.samples(SAMPLES)) {
      RandomTables.write(sample, folder.resolve(sample.sample() + ".sf"));
    }
    GeneMap map = map(tables, folder.resolve("genes.tsv"), false);
    GeneMap whole = map(tables, folder.resolve("mapped.tsv"), true);
    LiveR.run(folder, "tximport", "r-bioc-tximport", SCRIPT);

    GeneGrouping grouping = GeneGrouping.of(tables.ids(), map, IdRule.IGNORE_VERSION);
    assertThat(grouping.unmapped()).isPositive();
    GeneSummary genes = new GeneSummary(grouping);
    TranscriptSummary transcripts = new TranscriptSummary(tables.ids(), IdRule.IGNORE_VERSION);
    Optional<TranscriptIds> ids = Optional.empty();
    for (int i = 0; i < SAMPLES; i++) {
      try (InputStream in =
          new BufferedInputStream(Files.newInputStream(folder.resolve("s" + i + ".sf")))) {
        Quantification sample =
            QuantificationReader.read("s" + i, in, QuantificationFormat.SALMON, ids);
        ids = Optional.of(sample.ids());
        genes.add(grouping.sum(sample));
        transcripts.add(sample);
      }
    }
    for (CountsFromAbundance mode :
        List.of(
            CountsFromAbundance.NO,
            CountsFromAbundance.SCALED_TPM,
            CountsFromAbundance.LENGTH_SCALED_TPM)) {
      ExpressionMatrix matrix = genes.matrix(mode);
      assertThat(matrix.rows()).isEqualTo(Files.readAllLines(folder.resolve("rows")));
      compare(matrix, "gene." + mode.word(), ExpressionMatrix.Sample::counts);
      compare(matrix, "length", ExpressionMatrix.Sample::lengths);
      compare(matrix, "tpm", ExpressionMatrix.Sample::tpm);
    }
    GeneGrouping all = GeneGrouping.of(tables.ids(), whole, IdRule.IGNORE_VERSION);
    for (CountsFromAbundance mode : CountsFromAbundance.values()) {
      compare(
          transcripts.matrix(mode, Optional.of(all)),
          "tx." + mode.word(),
          ExpressionMatrix.Sample::counts);
    }
  }

  private interface Value {
    double[] of(ExpressionMatrix.Sample sample);
  }

  private void compare(ExpressionMatrix matrix, String file, Value value) throws IOException {
    double[] all =
        matrix.samples().stream()
            .flatMapToDouble(sample -> Arrays.stream(value.of(sample)))
            .toArray();
    Close.assertClose(file, all, LiveR.doubles(folder.resolve(file)));
  }
}
