package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.agent.Attempt;
import refinery.pipeline.IndexLookup.Answer;
import refinery.pipeline.Pipeline.Step;
import refinery.protocol.Failure;
import refinery.protocol.Resources;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.readmodel.NodeQueries;
import refinery.storage.Sha256;
import refinery.transfer.WholeReads;

/** One attempt at a process job with files. Blocking; confined to one thread. */
final class PipelineRun {
  private static final String INDEX_FILE = "inputs/index";
  private static final String CHECK_READS = "check-reads";

  private final Pipeline pipeline;
  private final Work.Process work;
  private final Attempt attempt;
  private final ProcessRunner.Services services;
  private final Map<String, String> facts = new TreeMap<>();
  private final StepRunner steps;
  private final Path directory;

  PipelineRun(
      Pipeline pipeline, Work.Process work, Attempt attempt, ProcessRunner.Services services) {
    this.pipeline = pipeline;
    this.work = work;
    this.attempt = attempt;
    this.services = services;
    this.directory = attempt.scratch().resolve("work").toAbsolutePath().normalize();
    this.steps = new StepRunner(pipeline, attempt, services, directory);
  }

  Outcome run() {
    try {
      return outcome();
    } catch (StepFailure failure) {
      return failed(failure.failure());
    } catch (IOException e) {
      return failed(Failures.of(e, ""));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(Failures.stopped(""));
    } catch (RuntimeException e) {
      return failed(Failures.defect(e, ""));
    }
  }

  private Outcome failed(Failure failure) {
    return new Outcome.Failed(failure, steps.usage(), steps.records());
  }

  private Outcome outcome() throws IOException, StepFailure, InterruptedException {
    RunInputs given = RunInputs.of(pipeline, work);
    Optional<Answer.Chosen> index = Optional.empty();
    if (pipeline.index().isPresent()) {
      switch (services.indices().find(pipeline.index().get(), given.parameters(), given)) {
        case Answer.NotYet notYet -> {
          return new Outcome.Deferred(notYet.reason(), ProcessRunner.firstDeferral());
        }
        case Answer.Chosen chosen -> index = Optional.of(chosen);
      }
    }
    String fingerprint = fingerprint(given, index);
    Optional<NodeQueries.Reusable> earlier =
        fingerprint.isEmpty()
            ? Optional.empty()
            : IndexLookup.ask(services.queries().reusable(fingerprint));
    if (earlier.isPresent() && isStored(earlier.get().artifacts())) {
      return new Outcome.Succeeded(
          new JobResult.Processed(
              earlier.get().artifacts(),
              earlier.get().facts(),
              fingerprint,
              Optional.of(earlier.get().job())),
          Usage.NONE,
          List.of());
    }
    Files.createDirectories(directory.resolve("inputs"));
    materialise(given, index);
    RunInputs inputs = proven(given);
    if (index.isEmpty()) {
      return produced(inputs, index, fingerprint);
    }
    try (ReferenceCache.Lease lease =
        services
            .references()
            .lease(index.get().artifact().sha256(), services.permanent(), attempt)) {
      Optional<Outcome> larger = outgrown(lease.bytes());
      if (larger.isPresent()) {
        return larger.get();
      }
      steps.share(directory.resolve(INDEX_FILE), lease);
      return produced(inputs, index, fingerprint);
    }
  }

  /** With the index its true needs are known; the largest node decides whether they can be met. */
  private Optional<Outcome> outgrown(long indexBytes) {
    long input = work.inputs().stream().mapToLong(RawFile::size).sum();
    Resources needed = pipeline.needs().resolve(input, indexBytes);
    Resources planned = pipeline.needs().resolve(input);
    Resources has = attempt.reserved();
    boolean more =
        needed.memory() > Math.max(planned.memory(), has.memory())
            || needed.disk() > Math.max(planned.disk(), has.disk());
    return more
        ? Optional.of(
            new Outcome.Outgrown(
                "the unpacked index of %d bytes needs %d bytes of memory, %d were reserved"
                    .formatted(indexBytes, needed.memory(), has.memory()),
                Math.max(needed.disk(), has.disk()),
                Math.max(needed.memory(), has.memory())))
        : Optional.empty();
  }

  private Outcome produced(RunInputs inputs, Optional<Answer.Chosen> index, String fingerprint)
      throws IOException, StepFailure, InterruptedException {
    Placeholders values = values(inputs, index);
    for (Step step : pipeline.steps()) {
      if (inputs.has(step.when())) {
        steps.run(step, values, inputs, facts);
      }
    }
    List<Artifact> artifacts =
        new ArrayList<>(new Outputs(services.permanent(), directory).publish(pipeline, values));
    artifacts.addAll(steps.logs());
    return new Outcome.Succeeded(
        new JobResult.Processed(artifacts, facts, fingerprint, Optional.empty()),
        steps.usage(),
        steps.records());
  }

  /**
   * Reads of which the download has checked the beginning only are read whole before their use,
   * unless the pipeline proves the rest by its tool's count.
   */
  private RunInputs proven(RunInputs inputs) throws IOException, StepFailure {
    boolean uncounted = inputs.chosen().stream().anyMatch(WholeReads::isUncounted);
    boolean provesThem =
        pipeline.countsReads().isPresent() && ReadCounts.stated(inputs.said()).isPresent();
    if (!uncounted || provesThem) {
      return inputs;
    }
    Instant started = Instant.now();
    WholeReads reads = new WholeReads(file -> directory.resolve(InputNames.path(file)), attempt);
    return switch (reads.check(inputs.chosen(), inputs.orphans(), inputs.said())) {
      case WholeReads.Verdict.Good good -> {
        steps.checked(CHECK_READS, started, good.words());
        yield inputs.with(good.files());
      }
      case WholeReads.Verdict.Bad bad ->
          throw new StepFailure(
              new Failure(bad.failure().failureClass(), bad.failure().message(), CHECK_READS));
    };
  }

  private boolean isStored(List<Artifact> artifacts) throws IOException {
    for (Artifact artifact : artifacts) {
      var channel = services.permanent().open(artifact.sha256());
      if (channel.isEmpty()) {
        return false;
      }
      channel.get().close();
    }
    return true;
  }

  private void materialise(RunInputs inputs, Optional<Answer.Chosen> index)
      throws IOException, StepFailure {
    for (RawFile file : inputs.chosen()) {
      attempt.progressed();
      services.temporary().materialise(file.object(), directory.resolve(InputNames.path(file)));
    }
    if (index.isPresent()) {
      Artifact artifact = index.get().artifact();
      if (pipeline.readsPackedIndex()) {
        services.permanent().materialise(artifact.sha256(), directory.resolve(INDEX_FILE));
      }
      facts.put("index_sha256", artifact.sha256());
      facts.put("index_release", index.get().release());
      facts.put("index_k", Integer.toString(index.get().k()));
    }
  }

  /** Empty for a pipeline whose command comes with the job. */
  private String fingerprint(RunInputs inputs, Optional<Answer.Chosen> index) {
    if (pipeline.takesCommand()) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    parts.add(pipeline.name());
    parts.add(pipeline.version());
    new TreeMap<>(inputs.parameters()).forEach((name, value) -> parts.add(name + "=" + value));
    inputs.chosen().stream()
        .map(file -> file.role() + "=" + file.sha256())
        .sorted()
        .forEach(parts::add);
    index.ifPresent(chosen -> parts.add("index=" + chosen.artifact().sha256()));
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.length()).append(':').append(part));
    return Sha256.of(text.toString());
  }

  private Placeholders values(RunInputs inputs, Optional<Answer.Chosen> index) {
    Map<String, String> values = new HashMap<>(reserved(attempt.reserved()));
    inputs.parameters().forEach((name, value) -> values.put("parameter." + name, value));
    inputs.chosen().forEach(file -> values.put("input." + file.role(), InputNames.path(file)));
    index.ifPresent(
        chosen -> {
          values.put("index", INDEX_FILE);
          values.put("index.k", Integer.toString(chosen.k()));
          values.put("index.release", chosen.release());
        });
    return new Placeholders(values, Map.of("command", work.command()));
  }

  /** Threads are the cpus reserved, at least one. */
  static Map<String, String> reserved(Resources resources) {
    return Map.of(
        "threads", Long.toString(Math.max(1, resources.cpu() / 1000)),
        "memory.bytes", Long.toString(resources.memory()),
        "memory.gib", Long.toString(Math.max(1, resources.memory() >> 30)));
  }
}
