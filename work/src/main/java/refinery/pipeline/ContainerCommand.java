package refinery.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.protocol.Resources;

/**
 * The argument vector that runs a command in a container: as the node's user, without a network,
 * within what is reserved, with the attempt's scratch as its only place to write. No shell. Pure.
 *
 * @param program the engine's file
 * @param image as in {@code docker.io/library/alpine@sha256:...}
 * @param name of the container, by which it is removed
 * @param scratch mounted where it is
 * @param readOnly what scratch has links to, mounted where it is
 * @param user and {@code group} of the node
 */
record ContainerCommand(
    Engine engine,
    Path program,
    String image,
    String name,
    Path scratch,
    Set<Path> readOnly,
    int user,
    int group,
    Resources reserved) {
  /** In the order in which they are looked for. */
  enum Engine {
    PODMAN,
    DOCKER,
    APPTAINER;

    String program() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  ContainerCommand {
    readOnly = Set.copyOf(readOnly);
  }

  List<String> run(List<String> command, Path directory, Map<String, String> environment) {
    Map<String, String> variables = new TreeMap<>(environment);
    variables.put("HOME", scratch.toString());
    variables.put("TMPDIR", scratch.toString());
    variables.put("LANG", "C.UTF-8");
    return switch (engine) {
      case PODMAN, DOCKER -> daemon(command, directory, variables);
      case APPTAINER -> apptainer(command, directory, variables);
    };
  }

  /** True if its processes are not the attempt's own, but those of a service of the machine. */
  boolean isElsewhere() {
    return engine == Engine.DOCKER;
  }

  /** Ends and removes it, if it is still there. */
  List<String> remove() {
    return switch (engine) {
      case PODMAN, DOCKER -> List.of(program.toString(), "rm", "--force", name);
      case APPTAINER -> List.of();
    };
  }

  private List<String> daemon(List<String> command, Path directory, Map<String, String> variables) {
    List<String> line = new ArrayList<>(List.of(program.toString(), "run", "--rm"));
    line.add("--name=" + name);
    line.add("--network=none");
    line.add("--user=" + user + ":" + group);
    if (engine == Engine.PODMAN && user != 0) {
      line.add("--userns=keep-id");
    }
    line.add("--cap-drop=ALL");
    line.add("--security-opt=no-new-privileges");
    if (reserved.cpu() > 0) {
      line.add("--cpus=%d.%03d".formatted(reserved.cpu() / 1000, reserved.cpu() % 1000));
    }
    if (reserved.memory() > 0) {
      line.add("--memory=" + reserved.memory() + "b");
    }
    line.add("--mount=type=bind,source=%1$s,target=%1$s".formatted(scratch));
    for (Path path : new TreeSet<>(readOnly)) {
      line.add("--mount=type=bind,source=%1$s,target=%1$s,readonly".formatted(path));
    }
    line.add("--workdir=" + directory);
    variables.forEach((key, value) -> line.add("--env=" + key + "=" + value));
    line.add("--entrypoint=" + command.getFirst());
    line.add(image);
    line.addAll(command.subList(1, command.size()));
    return line;
  }

  /**
   * Its processes are the attempt's own, so the agent's limits hold without options; a network of
   * its own would need root.
   */
  private List<String> apptainer(
      List<String> command, Path directory, Map<String, String> variables) {
    List<String> line = new ArrayList<>(List.of(program.toString(), "exec"));
    line.addAll(List.of("--containall", "--cleanenv", "--no-eval"));
    line.add("--bind=%1$s:%1$s".formatted(scratch));
    for (Path path : new TreeSet<>(readOnly)) {
      line.add("--bind=%1$s:%1$s:ro".formatted(path));
    }
    line.add("--pwd=" + directory);
    variables.forEach((key, value) -> line.add("--env=" + key + "=" + value));
    line.add(image.startsWith("/") || image.contains("://") ? image : "docker://" + image);
    line.addAll(command);
    return line;
  }
}
