package refinery.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import refinery.pipeline.Pipeline.Parameter;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Work;

/**
 * The inputs and parameters of a job, resolved against its pipeline.
 *
 * @param chosen files of the first alternative that is complete
 * @param all all files, orphans included
 * @param parameters those that the pipeline declares, with defaults, checked
 * @param said everything that the batch states; untrusted
 */
record RunInputs(
    List<RawFile> chosen,
    List<RawFile> all,
    Map<String, String> parameters,
    Map<String, String> said) {
  RunInputs {
    chosen = List.copyOf(chosen);
    all = List.copyOf(all);
    parameters = Map.copyOf(parameters);
    said = Map.copyOf(said);
  }

  static RunInputs of(Pipeline pipeline, Work.Process work) throws StepFailure {
    return new RunInputs(
        choose(pipeline, work.inputs()), work.inputs(), parameters(pipeline, work), said(work));
  }

  private static Map<String, String> said(Work.Process work) {
    Map<String, String> all = new TreeMap<>(work.said());
    all.putAll(work.parameters());
    return all;
  }

  /** The same with more known about the same files. */
  RunInputs with(List<RawFile> files) {
    List<RawFile> every = new ArrayList<>(files);
    all.stream().filter(file -> find(files, file.role()).isEmpty()).forEach(every::add);
    return new RunInputs(files, every, parameters, said);
  }

  /** The number of reads without a mate, as the download counted them. */
  long orphans() {
    return find(all, "orphans").map(RawFile::reads).orElse(OptionalLong.empty()).orElse(0);
  }

  boolean has(List<String> roles) {
    return roles.stream().allMatch(role -> find(chosen, role).isPresent());
  }

  private static Optional<RawFile> find(List<RawFile> files, String role) {
    return files.stream().filter(file -> file.role().equals(role)).findFirst();
  }

  private static List<RawFile> choose(Pipeline pipeline, List<RawFile> files) throws StepFailure {
    if (pipeline.inputs().isEmpty()) {
      return List.of();
    }
    for (List<String> roles : pipeline.inputs()) {
      List<RawFile> chosen = roles.stream().flatMap(role -> find(files, role).stream()).toList();
      if (chosen.size() == roles.size()) {
        return chosen;
      }
    }
    throw StepFailure.permanent(
        "%s takes files of the roles %s, but there are only %s"
            .formatted(
                pipeline.name(),
                pipeline.inputs(),
                files.stream().map(RawFile::role).sorted().toList()));
  }

  private static Map<String, String> parameters(Pipeline pipeline, Work.Process work)
      throws StepFailure {
    Map<String, String> values = new TreeMap<>();
    for (Map.Entry<String, Parameter> entry : pipeline.parameters().entrySet()) {
      String name = entry.getKey();
      Parameter parameter = entry.getValue();
      Optional<String> value =
          stated(work.parameters(), name)
              .or(() -> parameter.fromSource() ? usable(work.said(), name, parameter) : none())
              .or(parameter::fallback);
      if (value.isEmpty()) {
        throw StepFailure.permanent(
            "%s needs '%s' (%s), and the batch does not say it"
                .formatted(pipeline.name(), name, parameter.description()));
      }
      if (!value.get().isEmpty() && !parameter.pattern().matcher(value.get()).matches()) {
        throw StepFailure.permanent(
            "%s: '%s' is not a value of '%s' (%s)"
                .formatted(
                    pipeline.name(), LastWords.clean(value.get()), name, parameter.pattern()));
      }
      values.put(name, value.get());
    }
    return values;
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  private static Optional<String> stated(Map<String, String> values, String name) {
    return Optional.of(values.getOrDefault(name, "").strip()).filter(value -> !value.isEmpty());
  }

  /**
   * What the archive says, unless it makes no sense and can be done without: a taxon of 0 is not
   * known.
   */
  private static Optional<String> usable(
      Map<String, String> said, String name, Parameter parameter) {
    return stated(said, name)
        .filter(
            value ->
                parameter.fallback().isEmpty() || parameter.pattern().matcher(value).matches());
  }
}
