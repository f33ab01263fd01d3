package refinery.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.agent.Attempt;
import refinery.protocol.batch.RawFile;

/**
 * What a built-in step sees. Confined to the thread of its run.
 *
 * @param room how it writes files
 * @param work the working directory; all paths are relative to it
 * @param with the step's arguments, filled in
 * @param inputs all raw files of the job, orphans included
 * @param parameters of the batch, as its source said them; hostile
 * @param facts what was learned so far; steps add to it
 * @param references what this node has unpacked already
 * @param checks what this step verified, in words
 */
record StepContext(
    Attempt attempt,
    ScratchRoom room,
    Path work,
    Map<String, String> with,
    List<RawFile> inputs,
    Map<String, String> parameters,
    Map<String, String> facts,
    List<SharedReference> references,
    List<String> checks) {

  /**
   * An unpacked reference that others use, too.
   *
   * @param packed where a pipeline thinks that its tarball lies
   */
  record SharedReference(Path packed, Path path, IndexManifest manifest) {}

  Optional<SharedReference> reference(Path packed) {
    return references.stream().filter(shared -> shared.packed().equals(packed)).findFirst();
  }

  String text(String key) throws StepFailure {
    return optional(key)
        .orElseThrow(() -> StepFailure.permanent("the pipeline's step lacks with." + key));
  }

  Optional<String> optional(String key) {
    return Optional.ofNullable(with.get(key));
  }

  /** A path inside the working directory. */
  Path path(String key) throws StepFailure {
    return inside(text(key));
  }

  /** A new file at {@link #path}, within the attempt's disk. */
  OutputStream create(String key) throws IOException, StepFailure {
    return room.create(path(key));
  }

  Path inside(String relative) throws StepFailure {
    Path path = work.resolve(relative).normalize();
    if (!path.startsWith(work)) {
      throw StepFailure.permanent("'" + relative + "' leads out of the working directory");
    }
    return path;
  }

  Optional<RawFile> input(String role) {
    return inputs.stream().filter(file -> file.role().equals(role)).findFirst();
  }

  void checked(String what) {
    checks.add(what);
  }

  void learned(String name, Object value) {
    facts.put(name, String.valueOf(value));
  }

  /** The arguments that begin with {@code prefix}, without it. */
  Map<String, String> group(String prefix) {
    Map<String, String> group = new TreeMap<>();
    with.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            group.put(key.substring(prefix.length()), value);
          }
        });
    return group;
  }
}
