package refinery.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import refinery.compendium.Compendium;
import refinery.compendium.CompendiumRecipe;
import refinery.compendium.GeneRule;
import refinery.dataset.store.SampleEntry;
import refinery.expression.UnusableInput;
import refinery.protocol.Json;

/**
 * Makes a compendium of stored samples and writes it: {@code compendium.tsv.gz}, {@code
 * samples.tsv}, {@code dropped.tsv} and {@code compendium.json}.
 */
public final class CompendiumFiles {
  private final StoredSamples samples;
  private final GeneRule rule;
  private final CompendiumRecipe.Settings settings;

  public CompendiumFiles(StoredSamples samples, GeneRule rule, CompendiumRecipe.Settings settings) {
    this.samples = samples;
    this.rule = rule;
    this.settings = settings;
  }

  /** Returns what was written, without its columns' being read again. */
  public Compendium write(Place place) throws IOException, UnusableInput {
    try {
      Compendium made =
          CompendiumRecipe.make(
              samples.counts(),
              samples.genes(),
              samples.entries().stream().map(SampleEntry::accession).toList(),
              settings);
      TextTable.matrix(
          place.create("compendium.tsv.gz"),
          made.genes(),
          made.samples(),
          made.values(),
          settings.memory());
      samples(place, made);
      dropped(place, made);
      summary(place, made);
      return made;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void samples(Place place, Compendium made) throws IOException {
    Set<String> taken = new HashSet<>(made.samples());
    Set<String> keys = new TreeSet<>();
    List<SampleEntry> entries =
        samples.entries().stream().filter(entry -> taken.contains(entry.accession())).toList();
    entries.forEach(entry -> keys.addAll(entry.attributes().keySet()));
    keys.removeAll(List.of("sample", "organism", "tool", "annotation"));
    try (Writer out = TextTable.writer(place.create("samples.tsv"))) {
      List<String> header = new ArrayList<>(List.of("sample", "organism", "tool", "annotation"));
      header.addAll(keys);
      TextTable.line(out, header);
      for (SampleEntry entry : entries) {
        List<String> fields =
            new ArrayList<>(
                List.of(entry.accession(), entry.organism(), entry.tool(), entry.annotation()));
        keys.forEach(key -> fields.add(entry.attributes().getOrDefault(key, "")));
        TextTable.line(out, fields);
      }
    }
  }

  private static void dropped(Place place, Compendium made) throws IOException {
    try (Writer out = TextTable.writer(place.create("dropped.tsv"))) {
      TextTable.line(out, List.of("what", "name", "reason"));
      for (Compendium.Dropped sample : made.droppedSamples()) {
        TextTable.line(out, List.of("sample", sample.name(), sample.reason()));
      }
      for (Compendium.Dropped gene : made.droppedGenes()) {
        TextTable.line(out, List.of("gene", gene.name(), gene.reason()));
      }
    }
  }

  private void summary(Place place, Compendium made) throws IOException {
    ObjectNode summary = Json.MAPPER.createObjectNode();
    summary.put("recipe", CompendiumRecipe.NAME);
    summary.put("organism", samples.organism());
    summary.put("values", "log2(count + 1), counts by lengthScaledTPM");
    summary.put("genes_rule", rule.word());
    summary.put("impute", settings.imputation().word());
    summary.put(
        "quantiles",
        switch (settings.quantiles()) {
          case CompendiumRecipe.Quantiles.Kept() -> "none";
          case CompendiumRecipe.Quantiles.Own() -> "own";
          case CompendiumRecipe.Quantiles.Target(var target) -> "target";
        });
    summary.put("samples", made.samples().size());
    summary.put("genes", made.genes().size());
    summary.put("dropped_samples", made.droppedSamples().size());
    summary.put("dropped_genes", made.droppedGenes().size());
    summary.put("imputed_cells", made.filled().cells());
    summary.put("iterations", made.filled().iterations());
    summary.put("converged", made.filled().converged());
    try (OutputStream out = place.create("compendium.json")) {
      out.write(
          (summary.toPrettyString().replace("\r\n", "\n") + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
