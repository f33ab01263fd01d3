package refinery.agent;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/** Real processes in a directory of their own, with short intervals. */
final class Workbench {
  static final long MIB = 1L << 20;
  final Path directory;
  final AgentConfig config;
  final ProgramPath path = ProgramPath.ofSystem();
  final ProcessLauncher launcher;
  final Watcher watcher;
  final Processes processes;

  Workbench(Path directory, ProcessLauncher launcher, String... settings) {
    this(directory, launcher, Optional.empty(), settings);
  }

  Workbench(
      Path directory, ProcessLauncher launcher, Optional<MemoryGroups> groups, String... settings) {
    this.directory = directory;
    this.launcher = launcher;
    config = config(settings);
    watcher = new Watcher(launcher, directory, config, new Volume(directory, config));
    processes =
        new Processes(
            launcher,
            path,
            new BaseEnvironment(path.text(), directory),
            watcher,
            config.niceness(),
            groups);
  }

  static AgentConfig config(String... settings) {
    return AgentConfig.from(
        ConfigFactory.parseString(String.join("\n", settings))
            .withFallback(
                ConfigFactory.parseString(
                    """
                    refinery.agent {
                      watch-interval = 50ms, disk-interval = 50ms, heartbeat = 100ms
                      retry { min-backoff = 200ms, max-backoff = 400ms }
                    }
                    """))
            .withFallback(ConfigFactory.parseResources("agent.conf"))
            .resolve());
  }

  RunningAttempt attempt(Resources reserved) {
    return attempt(JobKind.PROCESS, reserved);
  }

  RunningAttempt attempt(JobKind kind, Resources reserved) {
    return new RunningAttempt(
        spec("job-1", kind, reserved), 1, reserved, 0, directory.resolve("scratch"), processes);
  }

  static JobSpec spec(String id, Resources reserved) {
    return spec(id, JobKind.PROCESS, reserved);
  }

  private static JobSpec spec(String id, JobKind kind, Resources reserved) {
    return new JobSpec(
        JobId.of(id),
        kind,
        Optional.empty(),
        List.of(),
        "",
        50,
        0,
        reserved,
        new Work.Process("", List.of(), List.of(), Map.of(), Map.of(), List.of("true")),
        Instant.EPOCH);
  }

  static ProcessRequest request(RunningAttempt attempt, String... command) {
    return request(attempt, Duration.ofMinutes(1), Duration.ofMinutes(1), command);
  }

  static ProcessRequest request(
      RunningAttempt attempt, Duration stall, Duration wallTime, String... command) {
    return new ProcessRequest(
        List.of(command),
        Map.of(),
        attempt.scratch().resolve("work"),
        Optional.empty(),
        attempt.log(),
        stall,
        wallTime);
  }

  static String log(RunningAttempt attempt) throws java.io.IOException {
    return Files.exists(attempt.log()) ? Files.readString(attempt.log()) : "";
  }

  /** Processes that carry this bench's mark and still run. */
  List<Long> alive() {
    return ProcessTable.pids()
        .filter(
            pid ->
                ProcessTable.variable(pid, BaseEnvironment.NODE)
                    .filter(directory.toString()::equals)
                    .isPresent())
        .filter(pid -> !ProcessTable.isOver(pid))
        .boxed()
        .toList();
  }

  void close() {
    processes.close();
    watcher.close();
  }
}
