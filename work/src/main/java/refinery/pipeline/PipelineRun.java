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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import refinery.agent.Attempt;
import refinery.protocol.Failure;
import refinery.protocol.Resources;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.PipelineFacts;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.query.EarlierResults;
import refinery.transfer.WholeReads;

/** One attempt at a process job with files. Blocking; used by one thread. */
final class PipelineRun {
  private static final String CHECK_READS = "check-reads";

  private final Pipeline pipeline;
  private final String fileDigest;
  private final Work.Process work;
  private final Attempt attempt;
  private final ProcessRunner.Services services;
  private final Map<String, String> facts = new TreeMap<>();
  private final StepRunner steps;
  private final Path directory;

  /**
   * @param fileDigest SHA-256 of the pipeline's file, as it is now
   */
  PipelineRun(
      Pipeline pipeline,
      String fileDigest,
      Work.Process work,
      Attempt attempt,
      ProcessRunner.Services services) {
    this.pipeline = pipeline;
    this.fileDigest = fileDigest;
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
    List<Provision> provided = provided(given);
    Files.createDirectories(directory.resolve("inputs"));
    String fingerprint =
        ReuseKey.of(
            pipeline,
            work,
            given,
            provided,
            ReuseKey.Tools.of(services.versions(), attempt, directory));
    Optional<EarlierResults.Reusable> earlier =
        fingerprint.isEmpty() || work.fresh()
            ? Optional.empty()
            : Answers.await(services.earlier().reusable(fingerprint));
    if (earlier.isPresent() && isStored(earlier.get().artifacts())) {
      return reused(earlier.get(), fingerprint);
    }
    materialise(given, provided);
    return withReferences(proven(given), provided, fingerprint);
  }

  private static Outcome reused(EarlierResults.Reusable earlier, String fingerprint) {
    return new Outcome.Succeeded(
        new JobResult.Processed(
            earlier.artifacts(),
            earlier.facts(),
            fingerprint,
            Optional.of(earlier.job()),
            earlier.cpuSeconds()),
        Usage.NONE,
        List.of());
  }

  /**
   * The artifact for each need, then the list of a set. Fails if one does not match its need: the
   * result would be that of other data.
   */
  private List<Provision> provided(RunInputs inputs) throws StepFailure {
    List<Provision> provided = new ArrayList<>();
    for (Need.One need : PipelineNeeds.of(pipeline, inputs)) {
      provided.add(
          work.provided().stream()
              .filter(need::isMetBy)
              .findFirst()
              .orElseThrow(
                  () ->
                      StepFailure.permanent(
                          "it was given no %s: %s".formatted(need.role(), need.describe()))));
    }
    if (pipeline.set().isPresent()) {
      provided.add(set(pipeline.set().get()));
    }
    return provided;
  }

  private Provision.All set(String role) throws StepFailure {
    return work.provided().stream()
        .filter(provision -> provision.role().equals(role))
        .filter(Provision.All.class::isInstance)
        .map(Provision.All.class::cast)
        .findFirst()
        .orElseThrow(
            () ->
                StepFailure.permanent(
                    "it was given no %s: %s takes a set of batches, as a survey of the source"
                            .formatted(role, pipeline.name())
                        + " batches makes"));
  }

  private Outcome withReferences(RunInputs inputs, List<Provision> provided, String fingerprint)
      throws IOException, StepFailure, InterruptedException {
    List<ReferenceCache.Lease> leases = new ArrayList<>();
    try {
      long bytes = 0;
      for (Provision provision : unpacked(provided)) {
        ReferenceCache.Lease lease =
            services.references().lease(provision.sha256(), services.permanent(), attempt);
        leases.add(lease);
        bytes += lease.bytes();
        steps.share(file(provision.role()), lease);
      }
      Optional<Outcome> larger = leases.isEmpty() ? Optional.empty() : outgrown(bytes);
      return larger.isPresent() ? larger.get() : produced(inputs, provided, fingerprint);
    } finally {
      leases.forEach(ReferenceCache.Lease::close);
    }
  }

  private List<Provision> unpacked(List<Provision> provided) {
    return provided.stream().filter(provision -> pipeline.unpacks(provision.role())).toList();
  }

  private Path file(String role) {
    return directory.resolve(path(role));
  }

  private static String path(String role) {
    return "inputs/" + role;
  }

  /**
   * Compares the demand with unpacked references, which is exact, with what is reserved. If it is
   * more, the job starts again with a larger reservation. What was learned holds: jobs with such
   * references taught it.
   */
  private Optional<Outcome> outgrown(long indexBytes) {
    if (attempt.spec().declared().isPresent()) {
      return Optional.empty();
    }
    InputSizes sizes = InputSizes.of(work);
    Resources needed = pipeline.demand().resolve(sizes.withIndex(indexBytes));
    Resources planned = pipeline.demand().resolve(sizes);
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

  private Outcome produced(RunInputs inputs, List<Provision> provided, String fingerprint)
      throws IOException, StepFailure, InterruptedException {
    Placeholders values = values(inputs, provided);
    new StepSequence(pipeline, steps, values, inputs, facts).run();
    // Not before: an index lists the facts in itself, and its bytes must not depend on a comment.
    steps
        .toolVersions()
        .forEach((tool, version) -> facts.put(PipelineFacts.versionOf(tool), version));
    facts.put(PipelineFacts.VERSION, pipeline.version());
    facts.put(PipelineFacts.FILE, fileDigest);
    List<Artifact> artifacts =
        new ArrayList<>(steps.publish(new Outputs(services.permanent(), directory), values));
    artifacts.addAll(steps.logs());
    return new Outcome.Succeeded(
        new JobResult.Processed(artifacts, facts, fingerprint, Optional.empty()),
        steps.usage(),
        steps.records());
  }

  /**
   * Checks whole files of reads if the download has checked only their beginnings, unless the
   * pipeline proves the rest by its tool's count.
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
        good.differs().ifPresent(said -> facts.put(WholeReads.COUNT_DIFFERS, said));
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

  private void materialise(RunInputs inputs, List<Provision> provided)
      throws IOException, StepFailure {
    for (RawFile file : inputs.chosen()) {
      attempt.progressed();
      services.temporary().materialise(file.object(), directory.resolve(InputNames.path(file)));
    }
    for (Provision provision : provided) {
      switch (provision) {
        case Provision.One one -> materialise(one);
        case Provision.All all -> {
          new SetInputs(services.permanent(), directory, attempt)
              .materialise(all, pipeline.wantsFilesOfSet(all.role()));
          facts.put(all.role() + "_manifest", all.inputs().sha256());
          facts.put(all.role() + "_count", Integer.toString(all.inputs().count()));
        }
      }
    }
  }

  private void materialise(Provision.One provision) throws IOException {
    RefinedArtifact artifact = provision.artifact();
    String role = provision.role();
    if (pipeline.reads(role)) {
      services.permanent().materialise(artifact.sha256(), file(role));
    }
    facts.put(role + "_sha256", artifact.sha256());
    facts.put(role + "_batch", artifact.batch().value());
    asked(role).forEach(key -> facts.put(role + "_" + key, said(artifact, key)));
  }

  /** The keys by which the pipeline selects the artifact of a role. */
  private Set<String> asked(String role) {
    return pipeline.needs().stream()
        .filter(need -> need.role().equals(role))
        .flatMap(need -> need.keyValues().keySet().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String said(RefinedArtifact artifact, String key) {
    return artifact.keyValues().getOrDefault(key, "");
  }

  private Placeholders values(RunInputs inputs, List<Provision> provided) {
    Map<String, String> values = new HashMap<>(reserved(attempt.reserved()));
    inputs.parameters().forEach((name, value) -> values.put("parameter." + name, value));
    inputs.chosen().forEach(file -> values.put("input." + file.role(), InputNames.path(file)));
    for (Provision provision : provided) {
      switch (provision) {
        case Provision.One one -> {
          String role = one.role();
          values.put(role, path(role));
          asked(role).forEach(key -> values.put(role + "." + key, said(one.artifact(), key)));
        }
        case Provision.All all -> values.put(all.role(), SetInputs.list(all.role()));
      }
    }
    Map<String, List<String>> lists = new HashMap<>();
    lists.put("command", work.command());
    pipeline
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (!parameter.arguments().isEmpty()) {
                lists.put(
                    "arguments." + name,
                    parameter.arguments().getOrDefault(inputs.parameters().get(name), List.of()));
              }
            });
    return new Placeholders(values, lists);
  }

  /** Placeholders for what is reserved; threads are whole cores, at least one. */
  static Map<String, String> reserved(Resources resources) {
    return Map.of(
        "threads", Long.toString(Math.max(1, resources.cpu() / 1000)),
        "memory.bytes", Long.toString(resources.memory()),
        "memory.gib", Long.toString(Math.max(1, resources.memory() >> 30)));
  }
}
