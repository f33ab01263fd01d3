package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Reproduction;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/**
 * Answers questions about pipelines: which there are, what they need and what they take.
 * Thread-safe.
 */
public final class PipelineCatalog {
  private static final int MAX_ARGUMENTS = 4096;
  private static final int MAX_BYTES = 100_000;

  private final PipelineRegistry registry;
  private final InstantSource clock;

  public PipelineCatalog(PipelineRegistry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
  }

  public List<String> names() {
    return registry.names();
  }

  /**
   * Checks whether a batch with files of these roles fits a pipeline.
   *
   * @return why not; empty when it fits, and for an unknown pipeline
   */
  public Optional<String> unfit(String name, List<String> roles) {
    Optional<Pipeline> pipeline = registry.find(name);
    if (pipeline.isEmpty() || pipeline.get().inputs().stream().anyMatch(roles::containsAll)) {
      return Optional.empty();
    }
    List<String> fitting =
        registry.all().stream()
            .filter(other -> other.inputs().stream().anyMatch(roles::containsAll))
            .map(Pipeline::name)
            .toList();
    String takes =
        pipeline.get().inputs().isEmpty()
            ? "no files"
            : pipeline.get().inputs().stream()
                .map(together -> String.join(" and ", together))
                .collect(Collectors.joining(", or "));
    return Optional.of(
        "'%s' takes %s; the source brings %s, which fit %s"
            .formatted(name, takes, String.join(", ", roles), String.join(", ", fitting)));
  }

  /**
   * Checks whether a batch that is made of a set of others fits a pipeline.
   *
   * @return why not; empty when it fits, and for an unknown pipeline
   */
  public Optional<String> unfitForSet(String name) {
    return registry
        .find(name)
        .filter(pipeline -> pipeline.set().isEmpty() || !pipeline.inputs().isEmpty())
        .map(
            pipeline ->
                "'%s' takes no set of batches; these do: %s"
                    .formatted(
                        name,
                        registry.all().stream()
                            .filter(other -> other.set().isPresent())
                            .map(Pipeline::name)
                            .collect(Collectors.joining(", "))));
  }

  /** What a pipeline's outputs are asked for by; empty for an unknown pipeline. */
  public Optional<List<String>> outputs(String name) {
    return registry
        .find(name)
        .map(
            pipeline ->
                pipeline.outputs().stream()
                    .flatMap(
                        output ->
                            output.holds().isEmpty()
                                ? Stream.of(output.role().orElse(output.name()))
                                : output.holds().stream())
                    .toList());
  }

  /** The faults of a survey's pipeline parameters, by name; none for an unknown pipeline. */
  public Map<String, String> wrongParameters(String name, Map<String, String> asked) {
    Map<String, String> wrong = new TreeMap<>();
    Optional<Pipeline> pipeline = registry.find(name);
    if (pipeline.isEmpty()) {
      return wrong;
    }
    Map<String, Pipeline.Parameter> known = pipeline.get().parameters();
    Reproduction.problem(asked).ifPresent(why -> wrong.put(Reproduction.PARAMETER, why));
    Map<String, String> own = new TreeMap<>(asked);
    own.remove(Reproduction.PARAMETER);
    own.forEach(
        (parameter, value) -> {
          Pipeline.Parameter declared = known.get(parameter);
          if (declared == null) {
            wrong.put(
                parameter,
                "'%s' has no such parameter; it has %s"
                    .formatted(name, String.join(", ", new TreeMap<>(known).keySet())));
          } else if (!declared.pattern().matcher(value).matches()) {
            wrong.put(
                parameter,
                "must match %s: %s".formatted(declared.pattern(), declared.description()));
          }
        });
    return wrong;
  }

  /** The text of a pipeline's file; empty for an unknown pipeline. */
  public Optional<String> file(String name) {
    return registry.file(name);
  }

  /** The texts of all pipelines' files, by the names of the pipelines. */
  public Map<String, String> files() {
    return registry.files();
  }

  /** The pipelines as JSON, for {@code GET /pipelines}. */
  public List<JsonNode> describe() {
    return registry.all().stream().map(PipelineDescription::of).toList();
  }

  /** The resources of a process job by its input alone; none for an unknown pipeline. */
  public Resources resources(Work.Process work) {
    return resources(work.pipeline(), InputSizes.of(work));
  }

  /**
   * The outputs of other batches that this work needs; none for an unknown pipeline, or when the
   * work does not say enough to tell.
   *
   * @param set the batches that the work is made of; empty: it is not made of others
   */
  public List<Need> needs(Work.Process work, Optional<BatchSet> set) {
    Optional<Pipeline> pipeline = registry.find(work.pipeline());
    if (pipeline.isEmpty()) {
      return List.of();
    }
    List<Need> needs = new ArrayList<>();
    pipeline.get().set().ifPresent(role -> set.ifPresent(of -> needs.add(new Need.All(role, of))));
    if (!pipeline.get().needs().isEmpty()) {
      try {
        needs.addAll(PipelineNeeds.of(pipeline.get(), RunInputs.of(pipeline.get(), work)));
      } catch (StepFailure untold) {
        return List.of();
      }
    }
    return needs;
  }

  /**
   * The same before the download.
   *
   * @param metadata what the archive states of the batch; untrusted
   */
  public Resources resources(String pipeline, long inputBytes, Map<String, String> metadata) {
    return resources(pipeline, InputSizes.of(inputBytes, List.of(), metadata));
  }

  private Resources resources(String pipeline, InputSizes sizes) {
    return registry
        .find(pipeline)
        .map(found -> found.demand().resolve(sizes))
        .orElse(Resources.NONE);
  }

  /** Makes a process job without a batch, or returns all faults of its parts. */
  public Validated<JobSpec> job(
      String name, List<String> command, int priority, Optional<Resources> resources) {
    List<Problem> problems = new ArrayList<>();
    Optional<Pipeline> pipeline = registry.find(name);
    if (pipeline.isEmpty()) {
      problems.add(
          new Problem("/pipeline", "no pipeline '" + name + "'; there are " + registry.names()));
    } else if (!pipeline.get().inputs().isEmpty()) {
      problems.add(
          new Problem("/pipeline", "'" + name + "' works on a batch's files: post a survey"));
    } else if (pipeline.get().set().isPresent()) {
      problems.add(
          new Problem("/pipeline", "'" + name + "' works on a set of batches: post a survey"));
    } else {
      commandProblem(pipeline.get(), command).ifPresent(problems::add);
    }
    if (priority < 0 || priority > 100) {
      problems.add(new Problem("/priority", "must be from 0 to 100"));
    }
    if (!problems.isEmpty()) {
      return new Validated.Invalid<>(problems);
    }
    return new Validated.Valid<>(
        new JobSpec(
            JobId.of(JobId.PREFIX + Ids.random()),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            name,
            priority,
            0,
            resources.orElseGet(
                () -> pipeline.get().demand().resolve(InputSizes.of(0, List.of(), Map.of()))),
            new Work.Process(name, List.of(), List.of(), Map.of(), Map.of(), command),
            clock.instant()));
  }

  private static Optional<Problem> commandProblem(Pipeline pipeline, List<String> command) {
    if (!pipeline.takesCommand()) {
      return command.isEmpty()
          ? Optional.empty()
          : Optional.of(new Problem("/command", "'" + pipeline.name() + "' takes no command"));
    }
    if (command.isEmpty() || command.getFirst().isBlank()) {
      return Optional.of(
          new Problem("/command", "must be a program and its arguments, as [\"/bin/true\"]"));
    }
    long bytes =
        command.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
    if (command.size() > MAX_ARGUMENTS || bytes > MAX_BYTES) {
      return Optional.of(
          new Problem(
              "/command", "at most " + MAX_ARGUMENTS + " arguments of " + MAX_BYTES + " bytes"));
    }
    for (int i = 0; i < command.size(); i++) {
      if (command.get(i).indexOf('\0') >= 0) {
        return Optional.of(new Problem("/command/" + i, "must not contain a NUL character"));
      }
    }
    return Optional.empty();
  }
}
