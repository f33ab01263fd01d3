package refinery.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.query.BatchView;

/** Shows a batch to the read model and the API. Pure. */
final class BatchViews {
  private BatchViews() {}

  static BatchView view(Batch batch) {
    BatchSpec spec = batch.spec();
    Map<String, String> keyValues = new TreeMap<>(spec.metadata());
    keyValues.putAll(spec.identity());
    Map<String, String> facts = new TreeMap<>();
    batch.results().downloaded().ifPresent(result -> facts.putAll(result.facts()));
    batch.results().processed().ifPresent(result -> add(facts, result));
    return new BatchView(
        spec.id(),
        batch.observers().surveys(),
        batch.observers().listening(),
        spec.source(),
        spec.key(),
        spec.pipeline(),
        spec.organism(),
        keyValues,
        spec.parameters(),
        needs(batch),
        batch.state(),
        batch.words(),
        batch.course().actor(),
        batch.course().createdAt(),
        batch.course().updatedAt(),
        files(batch),
        batch.jobs(),
        artifacts(batch),
        facts,
        batch.description().withdrawn().map(BatchEvent.Withdrawn::at));
  }

  private static void add(Map<String, String> facts, JobResult.Processed result) {
    facts.putAll(result.facts());
    result.reusedFrom().ifPresent(job -> facts.put("reused_from", job.value()));
  }

  /** The download first, then the needs that are met, then the one that the batch waits for. */
  private static List<BatchView.NeedView> needs(Batch batch) {
    List<BatchView.NeedView> needs = new ArrayList<>();
    if (batch.downloadJob().isPresent()) {
      String state =
          batch.results().downloaded().isPresent()
              ? "met"
              : batch.state() == BatchState.FAILED ? "impossible" : "waiting";
      needs.add(
          new BatchView.NeedView("raw", "download", state, batch.spec().files().size() + " files"));
    }
    batch.provided().values().forEach(provision -> needs.add(met(batch, provision)));
    String open = batch.state() == BatchState.FAILED ? "impossible" : "waiting";
    batch
        .results()
        .awaited()
        .map(need -> new BatchView.NeedView(need.role(), kind(need), open, need.describe()))
        .ifPresent(needs::add);
    return needs;
  }

  private static BatchView.NeedView met(Batch batch, Provision provision) {
    return switch (provision) {
      case Provision.One one ->
          new BatchView.NeedView(
              one.role(),
              "output",
              "met",
              one.artifact().name() + " of " + one.artifact().batch(),
              Optional.of(one.sha256()));
      case Provision.All all ->
          new BatchView.NeedView(
              all.role(),
              "outputs",
              "met",
              batch.spec().set().map(BatchSet::describe).orElse("") + ", listed by digest",
              Optional.of(all.sha256()));
    };
  }

  private static String kind(Need need) {
    return switch (need) {
      case Need.One one -> "output";
      case Need.All all -> "outputs";
    };
  }

  /**
   * The files as the source describes them, with the archive that delivered each. When a run came
   * as other files, all of them show the archive of the first.
   */
  private static List<BatchView.FileView> files(Batch batch) {
    List<RawFile> raw =
        batch.results().downloaded().map(JobResult.Downloaded::files).orElseGet(List::of);
    String fallback = raw.isEmpty() ? "" : raw.getFirst().deliveredFrom();
    return batch.spec().files().stream()
        .map(
            file ->
                new BatchView.FileView(
                    file.name(),
                    file.format(),
                    file.locations().stream().map(Location::url).toList(),
                    file.size(),
                    file.md5(),
                    deliveredFrom(file, raw)
                        .or(() -> Optional.of(fallback).filter(text -> !text.isEmpty()))))
        .toList();
  }

  private static Optional<String> deliveredFrom(SourceFile file, List<RawFile> raw) {
    return raw.stream()
        .filter(delivered -> delivered.name().equals(file.name()))
        .map(RawFile::deliveredFrom)
        .findFirst();
  }

  private static List<BatchView.ArtifactView> artifacts(Batch batch) {
    return batch
        .results()
        .processed()
        .map(JobResult.Processed::artifacts)
        .orElseGet(List::of)
        .stream()
        .map(
            artifact ->
                new BatchView.ArtifactView(
                    artifact.name(),
                    artifact.sha256(),
                    artifact.size(),
                    artifact.mediaType(),
                    artifact.role(),
                    "/api/v1/artifacts/" + artifact.sha256()))
        .toList();
  }
}
