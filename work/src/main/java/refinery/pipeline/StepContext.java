package refinery.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.agent.Attempt;
import refinery.dataset.StoredBytes;
import refinery.protocol.batch.RawFile;

/**
 * What a built-in step gets. Used by the thread of its run.
 *
 * @param room by which it writes files
 * @param work the working directory; all paths are relative to it
 * @param with the step's arguments, filled in
 * @param inputs all raw files of the job, orphans included
 * @param parameters of the batch, as its source stated them; untrusted
 * @param facts learned so far; steps add to them
 * @param references that this node has unpacked already
 * @param checks what this step has verified, in words; it adds to them
 * @param stored permanent storage, for steps that read there themselves
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
    List<String> checks,
    StoredBytes stored) {

  /** Of a step that reads nothing in permanent storage. */
  StepContext(
      Attempt attempt,
      ScratchRoom room,
      Path work,
      Map<String, String> with,
      List<RawFile> inputs,
      Map<String, String> parameters,
      Map<String, String> facts,
      List<SharedReference> references,
      List<String> checks) {
    this(
        attempt, room, work, with, inputs, parameters, facts, references, checks, StepStorage.NONE);
  }

  /**
   * An unpacked reference, which other attempts may use too.
   *
   * @param packed where the pipeline expects the tarball
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

  /** The path that an argument names, which must lie inside the working directory. */
  Path path(String key) throws StepFailure {
    return inside(text(key));
  }

  /** Creates the file that an argument names; what is written counts against the attempt's disk. */
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

  /** The arguments whose names begin with {@code prefix}, under their names without it. */
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
