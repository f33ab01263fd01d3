package refinery.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.query.BatchView;

/** How a batch looks to others. */
final class BatchViews {
  private BatchViews() {}

  static BatchView view(Batch batch) {
    BatchSpec spec = batch.spec();
    Map<String, String> keyValues = new TreeMap<>(spec.metadata());
    keyValues.putAll(spec.identity());
    Map<String, String> facts = new TreeMap<>();
    batch.results().downloaded().ifPresent(result -> facts.putAll(result.facts()));
    batch.results().processed().ifPresent(result -> facts.putAll(result.facts()));
    return new BatchView(
        spec.id(),
        List.copyOf(batch.observers().keySet()),
        spec.source(),
        spec.key(),
        spec.pipeline(),
        spec.organism(),
        keyValues,
        spec.parameters(),
        needs(batch),
        batch.state(),
        batch.words(),
        batch.course().createdAt(),
        batch.course().updatedAt(),
        files(batch),
        batch.jobs(),
        artifacts(batch),
        facts);
  }

  /** The download first; of outputs of others those that were met or are waited for. */
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
    for (Provision provision : batch.provided().values()) {
      needs.add(
          new BatchView.NeedView(
              provision.role(),
              "output",
              "met",
              provision.artifact().name() + " of " + provision.artifact().batch()));
    }
    batch
        .results()
        .awaited()
        .map(
            need ->
                new BatchView.NeedView(
                    need.role(),
                    "output",
                    batch.state() == BatchState.FAILED ? "impossible" : "waiting",
                    need.selector().describe()))
        .ifPresent(needs::add);
    return needs;
  }

  /** Files as the source states them; a run that came as another set of files lists that set. */
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
