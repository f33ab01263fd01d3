package refinery.recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import refinery.curation.CuratedRun;
import refinery.curation.Curation;
import refinery.curation.CurationPlots;
import refinery.curation.CurationTables;
import refinery.curation.OutlierFilter;
import refinery.curation.Transform;
import refinery.dataset.store.SampleEntry;
import refinery.expression.Columns;
import refinery.expression.UnusableInput;

/**
 * Curates stored samples and writes tables and plots. With amalgkit's names they also come as one
 * zip, {@code amalgkit.zip}, with the values before and after.
 */
public final class CurationFiles {
  /** The earliest day that every zone can write. */
  private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 2, 1, 0, 0);

  private final StoredSamples samples;
  private final Function<SampleEntry, String> group;
  private final Transform transform;
  private final OutlierFilter.Thresholds thresholds;
  private final long memory;

  /**
   * @param group of a sample; blank if it is not known
   * @param memory bytes for the runs' covariances, and as much again for a block of rows
   */
  public CurationFiles(
      StoredSamples samples,
      Function<SampleEntry, String> group,
      Transform transform,
      OutlierFilter.Thresholds thresholds,
      long memory) {
    this.samples = samples;
    this.group = group;
    this.transform = transform;
    this.thresholds = thresholds;
    this.memory = memory;
  }

  /** What writes a file. */
  private interface Content {
    void write(Appendable out) throws IOException;
  }

  public Curation write(Place place, boolean amalgkit) throws IOException, UnusableInput {
    try {
      Columns expression = samples.expression(transform);
      List<CuratedRun> runs = samples.entries().stream().map(this::run).toList();
      Curation made = Curation.of(expression, runs, thresholds, memory);
      CurationTables tables = new CurationTables(samples.organism(), samples.genes(), made);
      CurationPlots plots = new CurationPlots(made);
      for (Map.Entry<String, Content> file : plain(tables, plots).entrySet()) {
        try (Writer out = TextTable.writer(place.create(file.getKey()))) {
          file.getValue().write(out);
        }
      }
      if (amalgkit) {
        zip(place, named(tables, plots, expression));
      }
      return made;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private CuratedRun run(SampleEntry entry) {
    String rate = entry.attributes().getOrDefault("mapping_rate", "");
    OptionalDouble percent = OptionalDouble.empty();
    try {
      percent = OptionalDouble.of(100 * Double.parseDouble(rate));
    } catch (NumberFormatException notStated) {
      // It is not judged by what it does not say.
    }
    return new CuratedRun(
        entry.accession(),
        group.apply(entry),
        entry.attributes().getOrDefault("study_accession", ""),
        percent);
  }

  private static Map<String, Content> plain(CurationTables tables, CurationPlots plots) {
    Map<String, Content> files = new LinkedHashMap<>();
    files.put("runs.tsv", tables::runs);
    files.put("flagged.tsv", tables::excluded);
    files.put("group_means.tsv", tables::groupMeans);
    files.put("group_means_before.tsv", tables::groupMeansBefore);
    files.put("tau.tsv", tables::tau);
    files.put("correlation_statistics.tsv", tables::correlationStatistics);
    files.put("within_groups.svg", out -> out.append(plots.withinGroups()));
    files.put("tau.svg", out -> out.append(plots.tau()));
    return files;
  }

  private Map<String, Content> named(
      CurationTables tables, CurationPlots plots, Columns expression) {
    String species = species(samples.organism());
    String tableOf = "finalize/" + species + "/" + species + "_";
    String plotOf = "wsfilter/" + species + "/" + species + "_";
    Map<String, Content> files = new LinkedHashMap<>();
    files.put("wsfilter/metadata.tsv", tables::runs);
    files.put("wsfilter/excluded.tsv", tables::excluded);
    files.put(plotOf + "within_group_correlation_no.svg", out -> out.append(plots.withinGroups()));
    files.put(plotOf + "tau_histogram_no.svg", out -> out.append(plots.tau()));
    files.put(
        tableOf + "expression_uncorrected.tsv",
        out -> tables.expression(out, expression, true, memory));
    files.put(tableOf + "expression.tsv", out -> tables.expression(out, expression, false, memory));
    files.put(tableOf + "sample_group_mean_uncorrected.tsv", tables::groupMeansBefore);
    files.put(tableOf + "sample_group_mean.tsv", tables::groupMeans);
    files.put(tableOf + "tau.tsv", tables::tau);
    files.put(tableOf + "correlation_statistics.tsv", tables::correlationStatistics);
    return files;
  }

  /** As amalgkit names folders: {@code Mus_musculus}. */
  static String species(String organism) {
    String safe = organism.strip().replaceAll("[^A-Za-z0-9-]+", "_");
    return safe.isEmpty()
        ? "unknown"
        : safe.substring(0, 1).toUpperCase(Locale.ROOT) + safe.substring(1);
  }

  private static void zip(Place place, Map<String, Content> files) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(place.create("amalgkit.zip"))) {
      for (Map.Entry<String, Content> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTimeLocal(ALWAYS);
        zip.putNextEntry(entry);
        Writer out = TextTable.writer(zip);
        file.getValue().write(out);
        out.flush();
        zip.closeEntry();
      }
    }
  }
}
