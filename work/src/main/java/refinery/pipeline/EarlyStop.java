package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.EarlyStops;

/**
 * The step {@code early-stop}: ends a run whose first reads hardly map, before all are mapped.
 * {@code tool} has mapped them into {@code dir}. Below {@code percent} the run is hopeless, but
 * never above what {@code min-mapping-rate} asks for in the end: what is ended here would fail
 * there. {@code seconds-per-gib} is about what the tool takes for a GiB of files. A trial that says
 * nothing ends nothing.
 */
final class EarlyStop implements Builtin {
  /** What the trial says; a read is a fragment. */
  record Trial(long processed, long mapped) {
    double percent() {
      return processed == 0 ? 100 : 100.0 * mapped / processed;
    }

    /**
     * @param percent below which it is hopeless
     * @param leastRate part of all reads that must map in the end, 0 to 1
     */
    boolean isHopeless(double percent, double leastRate) {
      return processed > 0 && percent() < Math.min(percent, 100 * leastRate);
    }
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Optional<Trial> trial = trial(context);
    if (trial.isEmpty()) {
      context.checked("the trial says nothing: all reads are mapped");
      return;
    }
    String words =
        String.format(
            Locale.ROOT,
            "%d of the first %d fragments map (%.2f %%)",
            trial.get().mapped(),
            trial.get().processed(),
            trial.get().percent());
    String percent = context.text("percent");
    double leastRate = Double.parseDouble(context.text("min-mapping-rate"));
    if (trial.get().isHopeless(Double.parseDouble(percent), leastRate)) {
      long bytes = context.inputs().stream().mapToLong(RawFile::size).sum();
      double gib = bytes / (double) (1L << 30);
      throw StepFailure.permanent(
          EarlyStops.words(
              words,
              percent,
              bytes,
              Math.round(gib * Double.parseDouble(context.text("seconds-per-gib")))));
    }
    context.checked(words);
  }

  private static Optional<Trial> trial(StepContext context) throws IOException, StepFailure {
    Path dir = context.path("dir");
    boolean salmon = context.text("tool").equals("salmon");
    Path file =
        salmon ? dir.resolve("aux_info").resolve("meta_info.json") : dir.resolve("run_info.json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    JsonNode info = JsonFile.read(file);
    return Optional.of(
        new Trial(
            JsonFile.number(file, info, salmon ? "num_processed" : "n_processed"),
            JsonFile.number(file, info, salmon ? "num_mapped" : "n_pseudoaligned")));
  }
}
