package refinery.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.DatasetWriter;
import refinery.dataset.store.Level;
import refinery.dataset.store.Measure;
import refinery.dataset.store.SampleEntry;
import refinery.dataset.store.Shape;
import refinery.expression.GeneGrouping;
import refinery.expression.GeneMap;
import refinery.expression.GeneValues;
import refinery.expression.IdRule;
import refinery.expression.Quantification;
import refinery.expression.QuantificationFormat;
import refinery.expression.QuantificationReader;
import refinery.expression.TranscriptIds;
import refinery.expression.UnusableInput;
import refinery.protocol.dataset.DatasetPlan.Matrix;
import refinery.protocol.dataset.PlanLine;
import refinery.protocol.job.PipelineFacts;

/**
 * Writes the store of a matrix: counts and TPM as the tool gives them, and lengths. The length of a
 * gene in a sample is the mean of its transcripts' effective lengths weighted by their TPM, and
 * their plain mean where that is 0, from which {@link MatrixView} makes tximport's. One sample is
 * in memory beside the writer's group. Samples of a base are not read again.
 */
final class MatrixStore {
  private static final List<Measure> MEASURES =
      List.of(Measure.COUNTS, Measure.TPM, Measure.LENGTH);

  private final StoredBytes stored;
  private final Level level;
  private final QuantificationFormat format;
  private final int threads;

  /**
   * @param artifact what the pipeline calls its quantifications
   */
  MatrixStore(StoredBytes stored, Level level, String artifact, int threads) {
    this.stored = stored;
    this.level = level;
    this.format =
        artifact.equals("abundance.tsv")
            ? QuantificationFormat.KALLISTO
            : QuantificationFormat.SALMON;
    this.threads = threads;
  }

  /**
   * @param samples of the matrix, in the order of their names
   * @param target where the store is written
   * @return how many samples were read
   */
  int write(Matrix matrix, List<PlanLine.Taken> samples, Path target)
      throws IOException, UnusableInput {
    List<PlanLine.Taken> fresh = samples.stream().filter(sample -> !sample.kept()).toList();
    if (matrix.store().isPresent()) {
      Path base = target.resolveSibling("base.store");
      stored.materialise(matrix.store().get(), base);
      if (fresh.isEmpty()) {
        java.nio.file.Files.move(base, target);
        return 0;
      }
      try (DatasetStore before = DatasetStore.open(base);
          DatasetWriter writer = DatasetWriter.append(before, target, List.of(), threads)) {
        add(matrix, fresh, Optional.of(before), writer);
      }
      return fresh.size();
    }
    Quantification first = read(fresh.getFirst(), Optional.empty());
    Rows rows = rows(first.ids(), matrix);
    try (DatasetWriter writer =
        DatasetWriter.create(target, new Shape(level, MEASURES, rows.names()), threads)) {
      writer.add(entry(fresh.getFirst(), matrix), rows.values(first));
      addRest(matrix, fresh.subList(1, fresh.size()), rows, first.ids(), writer);
    }
    return fresh.size();
  }

  private void add(
      Matrix matrix,
      List<PlanLine.Taken> fresh,
      Optional<DatasetStore> before,
      DatasetWriter writer)
      throws IOException, UnusableInput {
    Quantification first = read(fresh.getFirst(), Optional.empty());
    Rows rows = rows(first.ids(), matrix);
    if (before.isPresent() && !before.get().shape().features().equals(rows.names())) {
      throw new UnusableInput(
          "%s has other %ss than the base, though it was made with the same index"
              .formatted(
                  fresh.getFirst().sample(), level.name().toLowerCase(java.util.Locale.ROOT)));
    }
    writer.add(entry(fresh.getFirst(), matrix), rows.values(first));
    addRest(matrix, fresh.subList(1, fresh.size()), rows, first.ids(), writer);
  }

  private void addRest(
      Matrix matrix,
      List<PlanLine.Taken> samples,
      Rows rows,
      TranscriptIds ids,
      DatasetWriter writer)
      throws IOException, UnusableInput {
    for (PlanLine.Taken sample : samples) {
      writer.add(entry(sample, matrix), rows.values(read(sample, Optional.of(ids))));
    }
    writer.finish();
  }

  private Quantification read(PlanLine.Taken sample, Optional<TranscriptIds> expected)
      throws IOException, UnusableInput {
    try (VerifiedBytes in = new VerifiedBytes(stored.open(sample.sha256()), sample.sha256())) {
      Quantification read = QuantificationReader.read(sample.sample(), in, format, expected);
      in.verify(sample.sample());
      return read;
    }
  }

  /** What the rows of the matrix are, and a sample's values of them. */
  private interface Rows {
    List<String> names();

    double[][] values(Quantification sample);
  }

  private Rows rows(TranscriptIds ids, Matrix matrix) throws IOException, UnusableInput {
    return switch (level) {
      case GENE -> new GeneRows(GeneGrouping.of(ids, genes(stored, matrix), IdRule.WHOLE));
      case TRANSCRIPT -> new TranscriptRows(ids);
    };
  }

  private record GeneRows(GeneGrouping grouping) implements Rows {
    @Override
    public List<String> names() {
      return grouping.genes();
    }

    @Override
    public double[][] values(Quantification sample) {
      GeneValues genes = grouping.sum(sample);
      double[] lengths = genes.lengths().clone();
      for (int gene = 0; gene < lengths.length; gene++) {
        lengths[gene] = Double.isNaN(lengths[gene]) ? genes.plainLengths()[gene] : lengths[gene];
      }
      return new double[][] {genes.counts(), genes.tpm(), lengths};
    }
  }

  private record TranscriptRows(TranscriptIds ids) implements Rows {
    @Override
    public List<String> names() {
      List<String> names = new ArrayList<>(ids.size());
      for (int row = 0; row < ids.size(); row++) {
        names.add(ids.name(row));
      }
      return names;
    }

    @Override
    public double[][] values(Quantification sample) {
      return new double[][] {sample.counts(), sample.tpm(), sample.effectiveLengths()};
    }
  }

  /** The table of genes and transcripts of a matrix's index, a gene first in each row. */
  static GeneMap genes(StoredBytes stored, Matrix matrix) throws IOException, UnusableInput {
    GeneMap map = new GeneMap();
    try (InputStream in = stored.open(matrix.genes());
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int tab = line.indexOf('\t');
        if (tab < 1 || tab == line.length() - 1) {
          throw new UnusableInput("the table of genes of " + matrix.index() + " is malformed");
        }
        map.add(line.substring(tab + 1), line.substring(0, tab));
      }
    }
    return map;
  }

  private SampleEntry entry(PlanLine.Taken sample, Matrix matrix) {
    Map<String, String> attributes = new TreeMap<>(sample.columns());
    attributes.put("batch", sample.batch().value());
    attributes.put("quant_sha256", sample.sha256());
    String tool = format == QuantificationFormat.KALLISTO ? "kallisto" : "salmon";
    return new SampleEntry(
        sample.sample(),
        matrix.organism().orElse(""),
        matrix.index(),
        tool,
        sample.columns().getOrDefault(PipelineFacts.versionOf(tool), ""),
        matrix.release().orElse(""),
        attributes);
  }
}
