package refinery.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.files.TreeRemoval;

/**
 * Removes what a killed node left on this machine, first its processes, then their files, and makes
 * an empty directory of scratch.
 */
final class PreviousLife {
  private static final Logger LOG = LoggerFactory.getLogger(PreviousLife.class);
  private static final int ROUNDS = 2_000;

  private PreviousLife() {}

  /** Blocks until they are gone, or until it has tried for some seconds. */
  static void end(Path nodeDirectory, Path scratchRoot, ProcessLauncher launcher)
      throws IOException {
    Scratch.requireOwn(scratchRoot);
    int killed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long[] found = processes(nodeDirectory).toArray();
      if (found.length == 0) {
        break;
      }
      for (long pid : found) {
        launcher.kill(pid);
        killed += round == 0 ? 1 : 0;
      }
      LockSupport.parkNanos(1_000_000L);
    }
    TreeRemoval.remove(scratchRoot);
    Scratch.make(scratchRoot);
    if (killed > 0) {
      LOG.info("killed {} processes of this node's previous life", killed);
    }
  }

  /**
   * Running processes that bear a mark of this node directory, except this JVM and its ancestors.
   */
  private static LongStream processes(Path nodeDirectory) {
    InheritedMark mark = InheritedMark.of(nodeDirectory);
    long self = ProcessHandle.current().pid();
    return ProcessTable.pids()
        .filter(pid -> pid != self && !isAncestor(pid))
        .filter(
            pid ->
                mark.isOfNode(pid)
                    || ProcessTable.variable(pid, BaseEnvironment.NODE)
                        .filter(nodeDirectory.toString()::equals)
                        .isPresent())
        .filter(pid -> !ProcessTable.isOver(pid));
  }

  private static boolean isAncestor(long pid) {
    return java.util.stream.Stream.iterate(
            ProcessHandle.current().parent(),
            java.util.Optional::isPresent,
            parent -> parent.flatMap(ProcessHandle::parent))
        .anyMatch(parent -> parent.get().pid() == pid);
  }
}
