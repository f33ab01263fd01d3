package refinery.agent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import refinery.files.TreeRemoval;
import refinery.protocol.Resources;

/** Starts per second of {@code /bin/true}, two at a time, beside xargs: {@code [count]}. */
final class ProcessBench {
  private static final int LANES = 2;

  private ProcessBench() {}

  public static void main(String[] arguments) throws Exception {
    int count = arguments.length == 0 ? 3_000 : Integer.parseInt(arguments[0]);
    Path directory = Files.createTempDirectory("process-bench");
    for (int round = 0; round < 3; round++) {
      time("xargs", count, () -> xargs(count));
      measure(directory, new PosixSpawn(), count);
      measure(directory, new SetsidLauncher(ProgramPath.ofSystem()), count / 3);
    }
    TreeRemoval.remove(directory);
  }

  private static void measure(Path directory, ProcessLauncher launcher, int count)
      throws Exception {
    Workbench bench = new Workbench(directory, launcher);
    time(
        launcher.description() + ", bare",
        count,
        () -> inLanes(count, () -> startOnly(bench, directory)));
    time(
        launcher.description() + ", an attempt each",
        count,
        () -> inLanes(count, () -> wholeAttempt(bench)));
    bench.close();
  }

  private static void startOnly(Workbench bench, Path directory) throws Exception {
    long pid =
        bench.launcher.start(
            new ProcessLauncher.Launch(
                Path.of("/bin/true"),
                List.of("true"),
                List.of("PATH=/bin"),
                directory,
                Path.of("/dev/null"),
                Path.of("/dev/null"),
                InheritedMark.of(directory).limit(1)),
            10);
    bench.launcher.awaitEnd(pid);
    bench.launcher.reap(pid);
  }

  private static void wholeAttempt(Workbench bench) throws Exception {
    RunningAttempt attempt =
        new RunningAttempt(
            Workbench.spec("job-" + Thread.currentThread().threadId(), Resources.NONE),
            1,
            Resources.NONE,
            0,
            bench.directory.resolve("scratch"),
            bench.processes);
    ProcessResult result = attempt.execute(Workbench.request(attempt, "/bin/true"));
    if (result.exitCode() != 0) {
      throw new IllegalStateException(result.toString());
    }
    bench.watcher.forget(attempt);
    attempt.removeScratch();
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void inLanes(int count, Action action) throws Exception {
    AtomicInteger left = new AtomicInteger(count);
    List<Thread> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      lanes.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (left.getAndDecrement() > 0) {
                        action.run();
                      }
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  }));
    }
    for (Thread lane : lanes) {
      lane.join();
    }
  }

  private static void xargs(int count) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "seq " + count + " | xargs -P" + LANES + " -n1 /bin/true")
            .start();
    process.waitFor();
  }

  private static void time(String what, int count, Action action) throws Exception {
    long began = System.nanoTime();
    action.run();
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf("%-40s %6d in %6.2f s: %7.0f/s%n", what, count, seconds, count / seconds);
  }
}
