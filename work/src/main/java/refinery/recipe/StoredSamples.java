package refinery.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import refinery.compendium.GeneRule;
import refinery.compendium.JoinedRows;
import refinery.curation.Transform;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Level;
import refinery.dataset.store.Measure;
import refinery.dataset.store.SampleEntry;
import refinery.expression.Columns;
import refinery.expression.UnusableInput;

/**
 * The samples of one species in some stores, one store after the other, with the genes that they
 * share or all of them. A group of samples is in memory at a time. Used by one thread.
 */
public final class StoredSamples implements AutoCloseable {
  private static final List<Measure> MEASURES =
      List.of(Measure.COUNTS, Measure.TPM, Measure.LENGTH);

  /** Where a sample is. */
  record Position(int store, int column) {}

  private final List<DatasetStore> stores = new ArrayList<>();
  private final List<SampleEntry> entries = new ArrayList<>();
  private final List<Position> positions = new ArrayList<>();
  private final Heed heed;
  private JoinedRows rows;

  /** Asked before each group is read; throws when work should stop. */
  public interface Heed {
    void check() throws IOException;
  }

  private StoredSamples(Heed heed) {
    this.heed = heed;
  }

  /**
   * @param organism whose samples are taken; empty if all are of the same
   */
  public static StoredSamples open(
      List<Path> files, Optional<String> organism, GeneRule rule, Heed heed)
      throws IOException, UnusableInput {
    StoredSamples samples = new StoredSamples(heed);
    try {
      samples.read(files, organism, rule);
      return samples;
    } catch (IOException | UnusableInput | RuntimeException e) {
      samples.close();
      throw e;
    }
  }

  private void read(List<Path> files, Optional<String> organism, GeneRule rule)
      throws IOException, UnusableInput {
    Set<String> organisms = new TreeSet<>();
    Set<String> names = new HashSet<>();
    for (Path file : files) {
      DatasetStore store = DatasetStore.open(file);
      stores.add(store);
      refuseOther(store, file);
      int before = entries.size();
      List<SampleEntry> all = store.entries();
      for (int column = 0; column < all.size(); column++) {
        SampleEntry entry = all.get(column);
        organisms.add(entry.organism());
        if (organism.isEmpty() || organism.get().equals(entry.organism())) {
          if (!names.add(entry.accession())) {
            throw new UnusableInput(
                "the sample %s is in more than one dataset".formatted(entry.accession()));
          }
          entries.add(entry);
          positions.add(new Position(stores.size() - 1, column));
        }
      }
      if (entries.size() == before) {
        // Its genes must not count.
        stores.removeLast().close();
      }
    }
    if (entries.isEmpty()) {
      throw new UnusableInput(
          "there is no sample%s; the datasets have samples of %s"
              .formatted(organism.map(" of "::concat).orElse(""), organisms));
    }
    if (organism.isEmpty() && organisms.size() > 1) {
      throw new UnusableInput(
          "the samples are of %s; choose one with the parameter organism".formatted(organisms));
    }
    rows = rule.join(stores.stream().map(store -> store.shape().features()).toList());
  }

  private static void refuseOther(DatasetStore store, Path file) throws UnusableInput {
    if (store.shape().level() != Level.GENE) {
      throw new UnusableInput(
          "%s has transcripts; wanted is a dataset of genes".formatted(file.getFileName()));
    }
    if (!store.shape().measures().containsAll(MEASURES)) {
      throw new UnusableInput(
          "%s has only %s; wanted are counts, tpm and length"
              .formatted(file.getFileName(), store.shape().measures()));
    }
  }

  public List<String> genes() {
    return rows.names();
  }

  /** The samples, in the order of the columns. */
  public List<SampleEntry> entries() {
    return List.copyOf(entries);
  }

  /** The species; empty if the datasets do not say. */
  public String organism() {
    return entries.getFirst().organism();
  }

  /**
   * Counts by tximport's lengthScaledTPM, with the mean lengths of each store's samples: who has
   * another index has other lengths.
   */
  public Columns counts() throws IOException, UnusableInput {
    return new StoredColumns(this, StoredLengths.of(this).counts());
  }

  /** Values for a curation, of counts and of lengths filled as tximport fills them. */
  public Columns expression(Transform transform) throws IOException, UnusableInput {
    return new StoredColumns(this, StoredLengths.of(this).expression(transform));
  }

  int samples() {
    return positions.size();
  }

  int storeCount() {
    return stores.size();
  }

  Position position(int sample) {
    return positions.get(sample);
  }

  DatasetStore store(int number) {
    return stores.get(number);
  }

  JoinedRows rows() {
    return rows;
  }

  /** Reads the group of samples in which a sample is. */
  StoredGroup group(Position position) throws IOException {
    heed.check();
    DatasetStore store = stores.get(position.store());
    int group = store.groupCount() - 1;
    while (store.firstSample(group) > position.column()) {
      group--;
    }
    List<double[][]> values = new ArrayList<>();
    for (Measure measure : MEASURES) {
      values.add(store.columns(measure, group));
    }
    return new StoredGroup(position.store(), store.firstSample(group), values);
  }

  @Override
  public void close() throws IOException {
    for (DatasetStore store : stores) {
      store.close();
    }
  }
}
