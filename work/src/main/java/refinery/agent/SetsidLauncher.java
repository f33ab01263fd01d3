package refinery.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts processes with the JDK and the {@code setsid} program, where the C library lacks what
 * {@link PosixSpawn} needs. It reports no peak memory and no CPU time; peaks come from the
 * watcher's samples alone.
 */
final class SetsidLauncher implements ProcessLauncher {
  private final Map<Long, Process> processes = new ConcurrentHashMap<>();
  private final String setsid;
  private final Optional<String> marker;

  SetsidLauncher(ProgramPath path) {
    setsid =
        path.find("setsid")
            .map(Path::toString)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "setsid: not found on the node's PATH; apt-get install util-linux"));
    marker = path.find("prlimit").map(Path::toString).filter(SetsidLauncher::canMark);
  }

  /** False where the hard limit or a sandbox forbids setting the mark. */
  private static boolean canMark(String program) {
    try {
      return new ProcessBuilder(program, "--locks=" + new InheritedMark(0).limit(0) + ":", "true")
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start()
              .onExit()
              .join()
              .exitValue()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public long start(Launch launch, int niceness) throws IOException {
    List<String> command = new ArrayList<>(List.of(setsid));
    marker.ifPresent(program -> command.addAll(List.of(program, "--locks=" + launch.mark() + ":")));
    if (niceness != 0) {
      command.addAll(List.of("nice", "-n", Integer.toString(niceness)));
    }
    command.add(launch.program().toString());
    command.addAll(launch.arguments().subList(1, launch.arguments().size()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(launch.directory().toFile());
    builder.environment().clear();
    for (String variable : launch.environment()) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(Redirect.appendTo(launch.stdout().toFile()));
    if (launch.stderr().equals(launch.stdout())) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(Redirect.appendTo(launch.stderr().toFile()));
    }
    Process process = builder.start();
    processes.put(process.pid(), process);
    return process.pid();
  }

  @Override
  public void awaitEnd(long pid) {
    processes.get(pid).onExit().join();
  }

  @Override
  public Exit reap(long pid) {
    int code = processes.remove(pid).onExit().join().exitValue();
    return new Exit(code, code > 128 ? code - 128 : 0, 0, 0);
  }

  @Override
  public void killGroup(long group) {
    signal("-" + group);
  }

  @Override
  public void kill(long pid) {
    signal(Long.toString(pid));
  }

  private static void signal(String target) {
    try {
      Process process =
          new ProcessBuilder("kill", "-KILL", "--", target)
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      process.onExit().join();
    } catch (IOException e) {
      throw new UncheckedIOException("kill: " + e.getMessage(), e);
    }
  }

  @Override
  public long session(long pid) {
    return ProcessTable.statField(pid, ProcessTable.SESSION).orElse(-1);
  }

  @Override
  public long pageSize() {
    return 4096;
  }

  @Override
  public String description() {
    return "ProcessBuilder with setsid";
  }
}
