package refinery.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.compendium.GeneRule;
import refinery.dataset.store.DamagedStore;
import refinery.expression.UnusableInput;
import refinery.memory.HeapRoom;
import refinery.recipe.StoredSamples;

/**
 * What the steps {@code compendium} and {@code curation} have in common: the stores in the table
 * {@code list}, of which the samples of {@code organism} are taken (all, if that is empty).
 */
final class RecipeInputs {
  /** Bytes of heap for what is square in the samples, and as much again for rows. */
  static final long MEMORY = 64L << 20;

  /** What a step may need in all: those, and a group of samples of a store with three values. */
  private static final long HEAP = 256L << 20;

  private static final int FILE = 4;

  private RecipeInputs() {}

  /** What a step does with the samples. */
  interface Work {
    void of(StoredSamples samples) throws IOException, UnusableInput, StepFailure;
  }

  static void with(StepContext context, GeneRule rule, Work work)
      throws IOException, StepFailure, InterruptedException {
    try (HeapRoom.Share room = HeapRoom.SHARED.take(HEAP, () -> Streams.heed(context.attempt()));
        StoredSamples samples =
            StoredSamples.open(
                files(context),
                Optional.of(context.text("organism")).filter(word -> !word.isEmpty()),
                rule,
                () -> Streams.heed(context.attempt()))) {
      work.of(samples);
    } catch (UnusableInput e) {
      throw StepFailure.permanent(LastWords.clean(e.getMessage()));
    } catch (DamagedStore e) {
      throw StepFailure.corrupt("a dataset is damaged: " + LastWords.clean(e.getMessage()));
    }
  }

  /** Ends the work of an attempt that was stopped, as reading does. */
  static void heed(StepContext context) {
    try {
      Streams.heed(context.attempt());
    } catch (IOException stopped) {
      throw new UncheckedIOException(stopped);
    }
  }

  private static List<Path> files(StepContext context) throws IOException, StepFailure {
    List<Path> files = new ArrayList<>();
    try (Lines lines = new Lines(Streams.raw(context.path("list"), context.attempt()))) {
      if (!SetInputs.HEADER.equals(lines.next())) {
        throw StepFailure.permanent("the list of inputs has no header");
      }
      for (String line = lines.next(); line != null; line = lines.next()) {
        String[] columns = line.split("\t", -1);
        if (columns.length != FILE + 1) {
          throw StepFailure.permanent("a line of the list of inputs is malformed: " + line);
        }
        files.add(context.inside(columns[FILE]));
      }
    }
    return files;
  }
}
