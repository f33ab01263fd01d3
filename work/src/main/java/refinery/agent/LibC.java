package refinery.agent;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The functions of the C library that {@link PosixSpawn} needs, and Linux constants that are the
 * same on amd64 and arm64. They are bound when the class is first used, which throws an {@link
 * UnsatisfiedLinkError} if one is missing (glibc before 2.34, or another system).
 */
final class LibC {
  static final int SPAWN_SETSIGDEF = 0x04;
  static final int SPAWN_SETSIGMASK = 0x08;
  static final int SPAWN_SETSID = 0x80;
  static final int OPEN_READ = 0;
  static final int OPEN_APPEND = 0x1 | 0x40 | 0x400;
  static final int WAIT_EXITED = 4;
  static final int WAIT_NO_REAP = 0x01000000;
  static final int WAIT_FOR_PID = 1;
  static final int SIGKILL = 9;
  static final int PRIORITY_OF_GROUP = 1;
  static final int EINTR = 4;
  static final int LIMIT_OF_LOCKS = 10;

  /** Large enough for {@code posix_spawnattr_t} (336 bytes on glibc) and {@code rusage} (144). */
  static final int STRUCT_BYTES = 512;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int posix_spawn(
      Memory pid, String path, Memory actions, Memory attributes, Pointer argv, Pointer envp);

  static native int posix_spawnattr_init(Memory attributes);

  static native int posix_spawnattr_setflags(Memory attributes, short flags);

  static native int posix_spawnattr_setsigmask(Memory attributes, Memory signals);

  static native int posix_spawnattr_setsigdefault(Memory attributes, Memory signals);

  static native int posix_spawn_file_actions_init(Memory actions);

  static native int posix_spawn_file_actions_destroy(Memory actions);

  static native int posix_spawn_file_actions_addopen(
      Memory actions, int descriptor, String path, int flags, int mode);

  static native int posix_spawn_file_actions_adddup2(Memory actions, int from, int to);

  static native int posix_spawn_file_actions_addchdir_np(Memory actions, String path);

  static native int posix_spawn_file_actions_addclosefrom_np(Memory actions, int from);

  static native int sigemptyset(Memory signals);

  static native int sigfillset(Memory signals);

  static native int waitid(int type, int id, Memory info, int options);

  static native int wait4(int pid, Memory status, int options, Memory usage);

  static native int kill(int pid, int signal);

  static native int getsid(int pid);

  static native int setpriority(int which, int who, int priority);

  static native int getrlimit(int resource, Memory limits);

  static native int setrlimit(int resource, Memory limits);

  static native int getpagesize();

  static native String strerror(int error);
}
