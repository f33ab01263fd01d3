package refinery.testing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import refinery.journal.JournalHarness;
import refinery.journal.Projector;
import refinery.journal.ReadRow;
import refinery.journal.Recorded;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobResult;
import refinery.protocol.query.BatchView;

/** Batches with results in a journal, without entities. */
public final class RefinedBatches {
  private static final JobId JOB = JobId.of("job-process");

  /** What a batch is; what it has comes with its events. */
  public record Description(
      String pipeline,
      Optional<String> organism,
      Map<String, String> keyValues,
      Map<String, String> parameters) {
    public Description(String pipeline, Optional<String> organism, Map<String, String> keyValues) {
      this(pipeline, organism, keyValues, Map.of());
    }
  }

  private final JournalHarness journal;
  private final Map<String, Description> descriptions = new HashMap<>();
  private final Map<String, List<BatchEvent>> events = new HashMap<>();

  public RefinedBatches(JournalHarness journal) {
    this.journal = journal;
  }

  public void describe(String name, Description description) {
    descriptions.put(name, description);
  }

  public void begin(String name, Instant at) {
    write(name, new BatchEvent.JobNoted(JOB, 1, at));
  }

  public void finish(String name, Instant at, Map<String, String> facts, Artifact... artifacts) {
    write(
        name,
        new BatchEvent.Processed(
            JOB, 1, new JobResult.Processed(List.of(artifacts), facts, "", Optional.empty()), at));
  }

  public void informSurvey(String name, Instant at) {
    write(name, new BatchEvent.SurveyInformed(SurveyId.of("survey-x"), 1, 0, at));
  }

  public void reprocess(String name, Instant at) {
    write(name, new BatchEvent.ReprocessRequested(2, Optional.empty(), at));
  }

  /** One command that persists all of these: the row comes with the last. */
  public void write(String name, BatchEvent... commanded) {
    List<BatchEvent> all = events.computeIfAbsent(name, key -> new ArrayList<>());
    long from = all.size() + 1;
    List<Object> recorded = new ArrayList<>();
    for (int i = 0; i < commanded.length; i++) {
      all.add(commanded[i]);
      boolean last = i == commanded.length - 1;
      recorded.add(
          new Recorded<>(commanded[i], last ? Optional.of(row(name, all)) : Optional.empty()));
    }
    try {
      journal
          .persist(JournalHarness.write("Batch|batch-" + name, from, recorded.toArray()))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("cannot write " + name, e);
    }
  }

  /** What replays them; it describes batches as they are described now. */
  public Projector<BatchEvent, List<BatchEvent>> projector() {
    return new Projector<>() {
      private String name = "";

      @Override
      public List<BatchEvent> empty(String entityId) {
        name = entityId.substring(BatchId.PREFIX.length());
        return List.of();
      }

      @Override
      public List<BatchEvent> evolve(List<BatchEvent> state, BatchEvent event) {
        List<BatchEvent> next = new ArrayList<>(state);
        next.add(event);
        return next;
      }

      @Override
      public Optional<ReadRow> row(List<BatchEvent> state) {
        return Optional.of(RefinedBatches.this.row(name, state));
      }
    };
  }

  private ReadRow row(String name, List<BatchEvent> all) {
    Optional<JobResult.Processed> result = Optional.empty();
    for (BatchEvent event : all) {
      if (event instanceof BatchEvent.Processed processed) {
        result = Optional.of(processed.result());
      } else if (event instanceof BatchEvent.ReprocessRequested) {
        result = Optional.empty();
      }
    }
    Description description = descriptions.get(name);
    BatchView view =
        new BatchView(
            BatchId.of(BatchId.PREFIX + name),
            List.of(),
            List.of(),
            "ena",
            name,
            description.pipeline(),
            description.organism(),
            description.keyValues(),
            description.parameters(),
            List.of(),
            result.isPresent() ? BatchState.DONE : BatchState.PROCESSING,
            Optional.empty(),
            Optional.empty(),
            all.getFirst().at(),
            all.getLast().at(),
            List.of(),
            List.of(JOB),
            result.map(JobResult.Processed::artifacts).orElse(List.of()).stream()
                .map(
                    a ->
                        new BatchView.ArtifactView(
                            a.name(), a.sha256(), a.size(), a.mediaType(), a.role(), ""))
                .toList(),
            result.map(JobResult.Processed::facts).orElse(Map.of()),
            Optional.empty());
    return new ReadRow.Batch(view, Optional.empty(), false);
  }

  /** As the rule of {@code KeyValues} says, for batches whose facts and key-values differ. */
  public RefinedArtifact refined(
      String name, Instant at, Map<String, String> facts, Artifact artifact) {
    Description description = descriptions.get(name);
    Map<String, String> keyValues = new HashMap<>(description.keyValues());
    keyValues.putAll(facts);
    keyValues.putAll(description.parameters());
    return new RefinedArtifact(
        BatchId.of(BatchId.PREFIX + name),
        description.pipeline(),
        artifact.role(),
        artifact.name(),
        description.organism(),
        keyValues,
        artifact.sha256(),
        artifact.size(),
        artifact.mediaType(),
        at);
  }
}
