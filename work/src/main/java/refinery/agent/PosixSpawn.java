package refinery.agent;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts processes by {@code posix_spawn}, called through JNA. The child shares the parent's memory
 * until its exec, so the cost does not grow with the heap; {@code wait4} gives the exact use of
 * resources. Children start in a session of their own, with all signals at their defaults, and with
 * three open files.
 */
final class PosixSpawn implements ProcessLauncher {
  private static final Logger LOG = LoggerFactory.getLogger(PosixSpawn.class);

  /** Held while the limits of this JVM are changed; shared by all agents in the JVM. */
  private static final Object MARKING = new Object();

  private static final int WORD = 8;

  private final Memory attributes = new Memory(LibC.STRUCT_BYTES);

  /**
   * @throws UnsatisfiedLinkError if the C library lacks a function
   */
  PosixSpawn() {
    Memory none = new Memory(LibC.STRUCT_BYTES);
    Memory all = new Memory(LibC.STRUCT_BYTES);
    LibC.sigemptyset(none);
    LibC.sigfillset(all);
    LibC.posix_spawnattr_init(attributes);
    LibC.posix_spawnattr_setsigmask(attributes, none);
    LibC.posix_spawnattr_setsigdefault(attributes, all);
    LibC.posix_spawnattr_setflags(
        attributes, (short) (LibC.SPAWN_SETSID | LibC.SPAWN_SETSIGMASK | LibC.SPAWN_SETSIGDEF));
  }

  @Override
  public long start(Launch launch, int niceness) throws IOException {
    try (Memory actions = new Memory(LibC.STRUCT_BYTES);
        Memory pid = new Memory(WORD);
        Memory argv = strings(launch.arguments());
        Memory envp = strings(launch.environment())) {
      LibC.posix_spawn_file_actions_init(actions);
      try {
        describe(launch, actions);
        int error = spawnMarked(launch, pid, actions, argv, envp);
        if (error != 0) {
          throw new IOException(
              "cannot start " + launch.program() + ": " + LibC.strerror(error).trim());
        }
      } finally {
        LibC.posix_spawn_file_actions_destroy(actions);
      }
      int started = pid.getInt(0);
      if (niceness != 0) {
        LibC.setpriority(LibC.PRIORITY_OF_GROUP, started, niceness);
      }
      return started;
    }
  }

  /**
   * Spawns while this process itself bears the mark, since a child inherits its parent's limits. So
   * whatever the child starts bears the mark too, from its first moment.
   */
  private int spawnMarked(Launch launch, Memory pid, Memory actions, Memory argv, Memory envp) {
    synchronized (MARKING) {
      try (Memory limits = new Memory(2L * WORD)) {
        boolean known = LibC.getrlimit(LibC.LIMIT_OF_LOCKS, limits) == 0;
        long before = limits.getLong(0);
        limits.setLong(0, launch.mark());
        boolean marked = known && LibC.setrlimit(LibC.LIMIT_OF_LOCKS, limits) == 0;
        try {
          return LibC.posix_spawn(
              pid, launch.program().toString(), actions, attributes, argv, envp);
        } finally {
          limits.setLong(0, before);
          if (marked && LibC.setrlimit(LibC.LIMIT_OF_LOCKS, limits) != 0) {
            LOG.warn("the limit of file locks cannot be set back");
          }
        }
      }
    }
  }

  private static void describe(Launch launch, Memory actions) {
    LibC.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", LibC.OPEN_READ, 0);
    LibC.posix_spawn_file_actions_addopen(
        actions, 1, launch.stdout().toString(), LibC.OPEN_APPEND, 0644);
    if (launch.stderr().equals(launch.stdout())) {
      LibC.posix_spawn_file_actions_adddup2(actions, 1, 2);
    } else {
      LibC.posix_spawn_file_actions_addopen(
          actions, 2, launch.stderr().toString(), LibC.OPEN_APPEND, 0644);
    }
    LibC.posix_spawn_file_actions_addchdir_np(actions, launch.directory().toString());
    LibC.posix_spawn_file_actions_addclosefrom_np(actions, 3);
  }

  /** A null-terminated array of C strings, pointers first, in one block. */
  private static Memory strings(List<String> values) throws IOException {
    byte[][] encoded = new byte[values.size()][];
    long size = (values.size() + 1L) * WORD;
    for (int i = 0; i < encoded.length; i++) {
      if (values.get(i).indexOf('\0') >= 0) {
        throw new IOException("a NUL character in argument or variable " + i);
      }
      encoded[i] = values.get(i).getBytes(StandardCharsets.UTF_8);
      size += encoded[i].length + 1L;
    }
    Memory block = new Memory(size);
    long offset = (values.size() + 1L) * WORD;
    for (int i = 0; i < encoded.length; i++) {
      block.setPointer((long) i * WORD, block.share(offset));
      block.write(offset, encoded[i], 0, encoded[i].length);
      block.setByte(offset + encoded[i].length, (byte) 0);
      offset += encoded[i].length + 1L;
    }
    block.setPointer((long) values.size() * WORD, Pointer.NULL);
    return block;
  }

  @Override
  public void awaitEnd(long pid) {
    try (Memory info = new Memory(LibC.STRUCT_BYTES)) {
      int answer;
      do {
        answer =
            LibC.waitid(LibC.WAIT_FOR_PID, (int) pid, info, LibC.WAIT_EXITED | LibC.WAIT_NO_REAP);
      } while (answer != 0 && Native.getLastError() == LibC.EINTR);
    }
  }

  @Override
  public Exit reap(long pid) {
    try (Memory status = new Memory(WORD);
        Memory usage = new Memory(LibC.STRUCT_BYTES)) {
      int answer;
      do {
        answer = LibC.wait4((int) pid, status, 0, usage);
      } while (answer < 0 && Native.getLastError() == LibC.EINTR);
      if (answer < 0) {
        throw new IllegalStateException("process " + pid + " is not ours to wait for");
      }
      return exit(status.getInt(0), usage);
    }
  }

  /**
   * Decodes the status word (wait(2)) and {@code rusage} (getrusage(2)): user and system time, each
   * as seconds and microseconds, then the peak in KiB.
   */
  private static Exit exit(int status, Memory usage) {
    int signal = status & 0x7f;
    double seconds =
        usage.getLong(0) + usage.getLong(16) + (usage.getLong(8) + usage.getLong(24)) / 1e6;
    long peak = usage.getLong(32) * 1024;
    return new Exit(signal == 0 ? (status >> 8) & 0xff : 128 + signal, signal, peak, seconds);
  }

  @Override
  public void killGroup(long group) {
    LibC.kill((int) -group, LibC.SIGKILL);
  }

  @Override
  public void kill(long pid) {
    LibC.kill((int) pid, LibC.SIGKILL);
  }

  @Override
  public long session(long pid) {
    return LibC.getsid((int) pid);
  }

  @Override
  public long pageSize() {
    return LibC.getpagesize();
  }

  @Override
  public String description() {
    return "posix_spawn";
  }
}
