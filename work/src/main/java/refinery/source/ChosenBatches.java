package refinery.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import refinery.metadata.Accessions;
import refinery.metadata.Harmonisation;
import refinery.metadata.HarmonisationFile;
import refinery.metadata.Sampling;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.catalog.Harmonised;

/**
 * A search whose survey chooses among all runs. What would be processed is held back on disk until
 * the source has found all; only what the choice needs is in memory (some 300 bytes a run). What is
 * not chosen is recorded with the reason. Used by one thread.
 *
 * <p>A search that will be tried again records nothing of what it holds, since a choice among a
 * part would be another one. One that cannot find more, as when an accession is unknown, chooses
 * among what there is.
 */
final class ChosenBatches implements Source.Discovery {
  private static final int CHUNK = 200;
  private static final int SAY_EVERY = 20_000;

  /** The disk does not take a run. */
  private static final class NotHeld extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    NotHeld(IOException cause) {
      super(cause);
    }
  }

  private final Source.Discovery discovery;
  private final Sampling sampling;
  private final Set<String> allowed;
  private final Harmonisation harmonisation = HarmonisationFile.load();
  private final HeldRuns held;
  private final List<Sampling.Run> runs = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();

  private ChosenBatches(
      Source.Discovery discovery, Sampling sampling, Set<String> allowed, HeldRuns held) {
    this.discovery = discovery;
    this.sampling = sampling;
    this.allowed = allowed;
    this.held = held;
  }

  /**
   * Runs the search, with a choice if the survey asks for one.
   *
   * @param scratch where runs are held back
   */
  static void discover(Source source, Source.Discovery discovery, Path scratch)
      throws Source.SourceException, InterruptedException {
    JsonNode select = discovery.parameters().path("select");
    Optional<Sampling> sampling = sampling(select);
    if (sampling.isEmpty()) {
      source.discover(discovery);
      return;
    }
    Set<String> allowed = new HashSet<>();
    select.path("allow").forEach(accession -> allowed.add(accession.asText()));
    try (HeldRuns held = new HeldRuns(scratch)) {
      new ChosenBatches(discovery, sampling.get(), allowed, held).search(source);
    } catch (IOException | NotHeld e) {
      throw new Source.SourceException(
          Failure.of(
              FailureClass.TRANSIENT,
              "cannot hold back the runs to choose from on disk: " + e.getMessage()));
    }
  }

  private static Optional<Sampling> sampling(JsonNode select) {
    boolean one = select.path("one_per_biosample").asBoolean(false);
    OptionalInt most =
        select.has("max_per_group")
            ? OptionalInt.of(select.path("max_per_group").asInt())
            : OptionalInt.empty();
    return one || most.isPresent()
        ? Optional.of(new Sampling(most, one, select.path("seed").asLong(0)))
        : Optional.empty();
  }

  private void search(Source source)
      throws Source.SourceException, InterruptedException, IOException {
    Optional<Source.SourceException> failed = Optional.empty();
    try {
      source.discover(this);
    } catch (Source.SourceException e) {
      if (isTriedAgain(e.failure())) {
        throw e;
      }
      failed = Optional.of(e);
    }
    if (!isStopped()) {
      release();
    }
    if (failed.isPresent()) {
      throw failed.get();
    }
  }

  private static boolean isTriedAgain(Failure failure) {
    return failure.failureClass() != FailureClass.ABSENT
        && failure.failureClass() != FailureClass.PERMANENT;
  }

  private void release() throws InterruptedException, IOException {
    Map<String, String> leftOut = sampling.leftOut(runs);
    discovery.progress(
        "%,d of %,d runs are chosen".formatted(runs.size() - leftOut.size(), runs.size()));
    runs.clear();
    List<BatchSpec> chunk = new ArrayList<>();
    held.read(
        batch -> {
          String reason = leftOut.get(batch.key());
          chunk.add(reason == null ? batch : batch.skipped(reason));
          if (chunk.size() == CHUNK) {
            discovery.emit(List.copyOf(chunk));
            chunk.clear();
          }
        });
    if (!chunk.isEmpty()) {
      discovery.emit(List.copyOf(chunk));
    }
  }

  @Override
  public void emit(List<BatchSpec> batches) throws InterruptedException {
    List<BatchSpec> skipped = new ArrayList<>();
    for (BatchSpec batch : batches) {
      if (batch.skip().isPresent()) {
        skipped.add(batch);
      } else {
        hold(batch);
      }
    }
    if (!skipped.isEmpty()) {
      discovery.emit(skipped);
    }
  }

  private void hold(BatchSpec batch) {
    try {
      held.add(batch);
    } catch (IOException e) {
      throw new NotHeld(e);
    }
    runs.add(run(batch));
    if (runs.size() % SAY_EVERY == 0) {
      progress("%,d runs are held back until all are found".formatted(runs.size()));
    }
  }

  private Sampling.Run run(BatchSpec batch) {
    Map<String, String> said = batch.metadata();
    Map<String, Harmonised> harmonised = harmonisation.of(said);
    String tissue = value(harmonised, "tissue");
    String spots = value(harmonised, "spots");
    return new Sampling.Run(
        batch.key(),
        once(
            batch.organism().orElse("an unknown organism")
                + " "
                + (tissue.isEmpty() ? "(no tissue stated)" : tissue)),
        once(said.getOrDefault("study_accession", "")),
        said.getOrDefault("sample_accession", ""),
        spots.matches("[0-9]{1,18}") ? Long.parseLong(spots) : 0,
        Accessions.of(batch.key(), said).anyMatch(allowed::contains));
  }

  /** One copy of a text that many runs share. */
  private String once(String text) {
    return names.computeIfAbsent(text, name -> name);
  }

  private static String value(Map<String, Harmonised> harmonised, String field) {
    return Optional.ofNullable(harmonised.get(field)).map(Harmonised::value).orElse("");
  }

  @Override
  public JsonNode parameters() {
    return discovery.parameters();
  }

  @Override
  public String pipeline() {
    return discovery.pipeline();
  }

  @Override
  public boolean recordsAtOnce() {
    return false;
  }

  @Override
  public void progress(String message) {
    discovery.progress(message);
  }

  @Override
  public boolean isStopped() {
    return discovery.isStopped();
  }
}
