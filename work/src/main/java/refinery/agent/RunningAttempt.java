package refinery.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.files.TreeRemoval;
import refinery.protocol.Failure;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;

/** An attempt while it runs. Its scratch directory is made when first asked for. Thread-safe. */
final class RunningAttempt implements Attempt {
  private static final Logger LOG = LoggerFactory.getLogger(RunningAttempt.class);

  private final JobSpec spec;
  private final int number;
  private final Resources reserved;
  private final long diskLimit;
  private final Path scratch;
  private final Processes processes;
  private final Set<Supervised> running = ConcurrentHashMap.newKeySet();
  private final List<Runnable> stopActions = new ArrayList<>();
  private Optional<Failure> stopped = Optional.empty();
  private volatile long progressedNanos = System.nanoTime();
  private volatile boolean scratchMade;
  private volatile Scratch.Measure measure = Scratch.Measure.NOTHING;
  private volatile long largestUse;
  private volatile long residentNow;
  private boolean grouped;
  private Optional<MemoryGroup> memoryGroup = Optional.empty();

  RunningAttempt(
      JobSpec spec,
      int number,
      Resources reserved,
      long scratchAllowance,
      Path scratchRoot,
      Processes processes) {
    this.spec = spec;
    this.number = number;
    this.reserved = reserved;
    this.diskLimit = Math.max(reserved.disk(), scratchAllowance);
    this.scratch = scratchRoot.resolve(spec.id().value() + "." + number);
    this.processes = processes;
  }

  @Override
  public JobSpec spec() {
    return spec;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public Resources reserved() {
    return reserved;
  }

  @Override
  public Path scratch() {
    if (!scratchMade) {
      try {
        Files.createDirectories(scratch);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot make the scratch directory " + scratch, e);
      }
      scratchMade = true;
    }
    return scratch;
  }

  @Override
  public Path log() {
    return scratch().resolve("attempt.log");
  }

  /** The largest size of its scratch directory, in bytes. */
  long diskLimit() {
    return diskLimit;
  }

  @Override
  public long diskLeft() throws IOException {
    return Math.max(0, diskLimit - Scratch.measure(scratch).bytes());
  }

  @Override
  public void progressed() {
    progressedNanos = System.nanoTime();
  }

  @Override
  public synchronized boolean isStopped() {
    return stopped.isPresent();
  }

  @Override
  public void onStop(Runnable action) {
    synchronized (this) {
      if (stopped.isEmpty()) {
        stopActions.add(action);
        return;
      }
    }
    action.run();
  }

  @Override
  public ProcessResult execute(ProcessRequest request) throws InterruptedException {
    return processes.run(this, request);
  }

  /**
   * Kills its processes and runs its stop actions. Later calls do nothing: the first reason stays.
   */
  void stop(Failure why) {
    List<Runnable> actions;
    synchronized (this) {
      if (stopped.isPresent()) {
        return;
      }
      stopped = Optional.of(why);
      actions = List.copyOf(stopActions);
    }
    killProcesses(why);
    for (Runnable action : actions) {
      try {
        action.run();
      } catch (RuntimeException e) {
        LOG.warn("{}: an action to stop it failed", mark(), e);
      }
    }
  }

  synchronized Optional<Failure> stopReason() {
    return stopped;
  }

  void killProcesses(Failure why) {
    running.forEach(process -> process.kill(why));
  }

  void add(Supervised process) {
    running.add(process);
    stopReason().ifPresent(process::kill);
  }

  void remove(Supervised process) {
    running.remove(process);
  }

  Set<Supervised> running() {
    return running;
  }

  /** The mark {@code job/number} that its processes carry in their environment. */
  String mark() {
    return spec.id().value() + "/" + number;
  }

  /** Its control group, made when first asked for; empty where memory is only sampled. */
  synchronized Optional<MemoryGroup> memoryGroup(Optional<MemoryGroups> groups) {
    if (!grouped) {
      grouped = true;
      memoryGroup = groups.flatMap(all -> all.of(reserved.memory()));
    }
    return memoryGroup;
  }

  /** True once the kernel has ended one of its processes at the limit of its memory. */
  boolean ranOutOfMemory() {
    Optional<MemoryGroup> group;
    synchronized (this) {
      group = memoryGroup;
    }
    return group.filter(MemoryGroup::ranOut).isPresent();
  }

  /** Removes its control group; called when none of its processes is left. */
  void ungroup() {
    Optional<MemoryGroup> group;
    synchronized (this) {
      group = memoryGroup;
    }
    group.ifPresent(MemoryGroup::remove);
  }

  long progressedNanos() {
    return progressedNanos;
  }

  boolean hasScratch() {
    return scratchMade;
  }

  /** Its place, whether or not it was made. */
  Path scratchPath() {
    return scratch;
  }

  Scratch.Measure measure() {
    return measure;
  }

  /** The most bytes that its scratch directory was ever seen to hold, now included. */
  long largestUse() {
    try {
      return Math.max(largestUse, Scratch.measure(scratch).bytes());
    } catch (IOException e) {
      LOG.debug("{}: its scratch vanished while it was measured", mark(), e);
      return largestUse;
    }
  }

  void measured(Scratch.Measure now) {
    largestUse = Math.max(largestUse, now.bytes());
    if (!now.equals(measure)) {
      measure = now;
      progressed();
    }
  }

  long residentNow() {
    return residentNow;
  }

  void resident(long bytes) {
    residentNow = bytes;
  }

  /** Removes its scratch directory. */
  void removeScratch() throws IOException {
    if (scratchMade) {
      TreeRemoval.remove(scratch);
    }
  }
}
