package refinery.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.agent.Attempt;
import refinery.agent.ProgramPath;
import refinery.pipeline.ContainerCommand.Engine;

/** Finds a node's container engine, and runs steps by it. Thread-safe. */
final class Containers {
  private static final Logger LOG = LoggerFactory.getLogger(Containers.class);
  private static final long REMOVAL_SECONDS = 30;
  private static final int REMOVAL_TRIES = 3;

  /** Bytes of what an engine says that are read. */
  private static final int MOST_WORDS = 4096;

  /**
   * What an engine needs of the node's own environment: its configuration, and where it keeps
   * images.
   */
  private static final List<String> INHERITED =
      List.of(
          "HOME",
          "PATH",
          "XDG_RUNTIME_DIR",
          "XDG_CONFIG_HOME",
          "XDG_DATA_HOME",
          "DBUS_SESSION_BUS_ADDRESS",
          "CONTAINERS_CONF",
          "CONTAINERS_STORAGE_CONF",
          "CONTAINERS_REGISTRIES_CONF",
          "REGISTRY_AUTH_FILE",
          "CONTAINER_HOST",
          "DOCKER_HOST",
          "DOCKER_CONFIG",
          "DOCKER_CONTEXT",
          "DOCKER_CERT_PATH",
          "DOCKER_TLS_VERIFY",
          "APPTAINER_CACHEDIR");

  private final ProgramPath path;

  Containers(ProgramPath path) {
    this.path = path;
  }

  /** True if this node can run containers, as far as its PATH tells. */
  boolean isPossible() {
    return Arrays.stream(Engine.values())
        .anyMatch(engine -> path.find(engine.program()).isPresent());
  }

  /**
   * @param work the working directory, of which the links are followed
   * @throws StepFailure when the node has no engine
   */
  ContainerCommand prepare(String step, String image, Attempt attempt, Path work)
      throws IOException, StepFailure {
    for (Engine engine : Engine.values()) {
      Optional<Path> program = path.find(engine.program());
      if (program.isPresent()) {
        Path scratch = attempt.scratch().toAbsolutePath().normalize();
        Set<Path> linked = linked(work);
        for (Path mounted : Stream.concat(Stream.of(scratch), linked.stream()).toList()) {
          if (mounted.toString().matches(".*[,:\"\\p{Cntrl}].*")) {
            throw StepFailure.permanent(
                "a container cannot be given %s: its name has a comma, colon or quote"
                    .formatted(mounted));
          }
        }
        return new ContainerCommand(
            engine,
            program.get(),
            image,
            "refinery-" + attempt.spec().id().value() + "-" + attempt.number() + "-" + step,
            scratch,
            linked,
            (Integer) Files.getAttribute(scratch, "unix:uid"),
            (Integer) Files.getAttribute(scratch, "unix:gid"),
            attempt.reserved());
      }
    }
    throw StepFailure.permanent(
        "it runs in a container of the image %s, and this node has none of %s on its PATH; apt-get install podman"
            .formatted(
                image,
                Arrays.stream(Engine.values())
                    .map(Engine::program)
                    .collect(Collectors.joining(", "))));
  }

  /** The real files of links among the inputs and unpacked references. */
  static Set<Path> linked(Path work) throws IOException {
    Set<Path> targets = new TreeSet<>();
    for (Path directory : List.of(work, work.resolve("inputs"))) {
      if (Files.isDirectory(directory)) {
        try (Stream<Path> entries = Files.list(directory)) {
          for (Path entry : entries.filter(Files::isSymbolicLink).toList()) {
            targets.add(entry.toRealPath());
          }
        }
      }
    }
    return targets;
  }

  /** The environment of the engine itself; what the tool gets is on its command line. */
  static Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    for (String name : INHERITED) {
      Optional.ofNullable(System.getenv(name)).ifPresent(value -> environment.put(name, value));
    }
    return environment;
  }

  /**
   * Ends a container whose engine was killed: it does not end with it. Podman, of which what
   * watches the container was killed too, fails once and succeeds then.
   */
  static void remove(ContainerCommand container) {
    if (container.remove().isEmpty()) {
      return;
    }
    // The interrupt that ended the step must not keep its container alive.
    boolean interrupted = Thread.interrupted();
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(REMOVAL_SECONDS);
      Optional<String> failure = removal(container, end);
      for (int tries = 1; failure.isPresent() && tries < REMOVAL_TRIES; tries++) {
        failure = removal(container, end);
      }
      failure.ifPresent(
          said -> LOG.warn("the container {} was not removed: {}", container.name(), said));
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Empty when it is removed, else the engine's words. */
  private static Optional<String> removal(ContainerCommand container, long end)
      throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(container.remove()).redirectErrorStream(true);
    builder.environment().keySet().retainAll(INHERITED);
    try {
      Process process = builder.start();
      if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        process.destroyForcibly();
        return Optional.of("it took longer than " + REMOVAL_SECONDS + " s");
      }
      // Not to its end: what the engine leaves behind may hold it open.
      InputStream words = process.getInputStream();
      byte[] read = words.readNBytes(Math.min(words.available(), MOST_WORDS));
      String said = LastWords.clean(new String(read, StandardCharsets.UTF_8));
      boolean gone = said.toLowerCase(Locale.ROOT).contains("no such container");
      return process.exitValue() == 0 || gone ? Optional.empty() : Optional.of(said);
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }
}
