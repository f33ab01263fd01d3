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
 * What a job brings, resolved against its pipeline.
 *
 * @param chosen the files of the first alternative that is there
 * @param all orphans included
 * @param parameters those that the pipeline declares, with defaults, checked
 * @param said everything that the batch says; hostile
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

  /** With other knowledge of the same files. */
  RunInputs with(List<RawFile> files) {
    List<RawFile> every = new ArrayList<>(files);
    all.stream().filter(file -> find(files, file.role()).isEmpty()).forEach(every::add);
    return new RunInputs(files, every, parameters, said);
  }

  /** Reads that have no mate in these files, as counted by the download. */
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
      String asked = work.parameters().getOrDefault(name, "");
      String said =
          asked.isBlank() && entry.getValue().fromSource()
              ? work.said().getOrDefault(name, "")
              : asked;
      Optional<String> value =
          said.isBlank() ? entry.getValue().fallback() : Optional.of(said.strip());
      if (value.isEmpty()) {
        throw StepFailure.permanent(
            "%s needs '%s' (%s), and the batch does not say it"
                .formatted(pipeline.name(), name, entry.getValue().description()));
      }
      if (!value.get().isEmpty() && !entry.getValue().pattern().matcher(value.get()).matches()) {
        throw StepFailure.permanent(
            "%s: '%s' is not a value of '%s' (%s)"
                .formatted(
                    pipeline.name(),
                    LastWords.clean(value.get()),
                    name,
                    entry.getValue().pattern()));
      }
      values.put(name, value.get());
    }
    return values;
  }
}
