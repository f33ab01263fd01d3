package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;

/** By the machine's control groups where they can be written, and by directories that play them. */
class MemoryGroupsTest {
  private static final Resources RESERVED = Resources.of(1000, 64L << 20, 1L << 30);

  /** 256 MiB at once, faster than any sample, in a child whose parent goes on with 0. */
  private static final String GREEDY =
      "head -c 268435456 /dev/zero | tail -c 268435456 > /dev/null; sleep 30; exit 0";

  @TempDir Path directory;

  private enum Way {
    GROUP,
    SAMPLING
  }

  @ParameterizedTest
  @EnumSource
  void whatNeedsMoreThanItReservedIsEndedAndSaysSo(Way way) throws Exception {
    Optional<MemoryGroups> groups = way == Way.GROUP ? MemoryGroups.ofSystem() : Optional.empty();
    System.out.println(
        "memory held by " + groups.map(MemoryGroups::description).orElse("sampling"));
    assumeThat(way == Way.SAMPLING || groups.isPresent())
        .as("no control group can be written here")
        .isTrue();
    Workbench bench = new Workbench(directory, new PosixSpawn(), groups);
    RunningAttempt attempt = bench.attempt(RESERVED);
    // The watcher counts pages of files, too, and would sometimes be quicker than the kernel.
    if (way == Way.SAMPLING) {
      bench.watcher.watch(attempt);
    }
    String grouped = "until grep -q refinery- /proc/self/cgroup; do sleep 0.02; done; ";
    String command = way == Way.GROUP ? grouped + GREEDY : GREEDY;
    ProcessResult result = attempt.execute(Workbench.request(attempt, "sh", "-c", command));
    assertThat(result.killed().orElseThrow().failureClass()).isEqualTo(FailureClass.OUT_OF_MEMORY);
    assertThat(result.killed().orElseThrow().message())
        .contains("64", "reserved", way == Way.GROUP ? "by the kernel at that limit" : "used");
    assertThat(bench.alive()).isEmpty();
    Path group = groups.isPresent() ? ownGroup().orElseThrow() : directory.resolve("none");
    attempt.ungroup();
    assertThat(group).doesNotExist();
    RunningAttempt modest = bench.attempt(RESERVED);
    assertThat(
            modest
                .execute(
                    Workbench.request(modest, "sh", "-c", "head -c 100000000 /dev/zero | wc -c"))
                .exitCode())
        .as("what is read is not what is kept")
        .isZero();
    modest.ungroup();
    bench.close();
  }

  private static Optional<Path> ownGroup() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      Path mount = Path.of(line.split(" ")[1]);
      for (String own : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
        Path there = mount.resolve(own.split(":", 3)[2].substring(1));
        if (line.contains("cgroup") && Files.isDirectory(there)) {
          try (DirectoryStream<Path> all =
              Files.newDirectoryStream(there, "refinery-" + ProcessHandle.current().pid() + "-*")) {
            all.forEach(found::add);
          }
        }
      }
    }
    return found.stream().findFirst();
  }

  private Path play(String... files) throws IOException {
    Path group = Files.createDirectories(directory.resolve("fs/own/group"));
    for (String file : files) {
      Files.writeString(group.resolve(file), "cpu memory pids");
    }
    return group;
  }

  private static MemoryGroup entered(MemoryGroups groups) {
    MemoryGroup group = groups.of(100L << 20).orElseThrow();
    group.add(ProcessHandle.current().pid());
    return group;
  }

  private static Path made(Path parent) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(parent, "refinery-*-*")) {
      Path last = null;
      for (Path each : all) {
        last = Files.exists(each.resolve("cgroup.procs")) ? each : last;
      }
      return last;
    }
  }

  @Test
  void version2SetsALimitWithoutSwapAndCountsWhomTheKernelEnded() throws Exception {
    Path parent = play("cgroup.controllers", "cgroup.subtree_control");
    MemoryGroups groups =
        MemoryGroups.find(
                List.of("0::/own/group"),
                List.of("cgroup2 " + directory.resolve("fs") + " cgroup2 rw,nosuid 0 0"))
            .orElseThrow();
    assertThat(groups.description()).isEqualTo("cgroup v2 below " + parent);
    MemoryGroup group = entered(groups);
    Path made = made(parent);
    assertThat(made.resolve("memory.max")).hasContent(Long.toString(100L << 20));
    assertThat(made.resolve("cgroup.procs"))
        .hasContent(Long.toString(ProcessHandle.current().pid()));
    Files.writeString(made.resolve("memory.events"), "low 0\noom 3\noom_kill 0\n");
    assertThat(group.ranOut()).isFalse();
    Files.writeString(made.resolve("memory.events"), "low 0\noom 3\noom_kill 1\n");
    assertThat(group.ranOut()).isTrue();
  }

  @Test
  void version1IsFoundBesideAVersion2WithoutMemory() throws Exception {
    Path parent = play();
    MemoryGroups groups =
        MemoryGroups.find(
                List.of("6:memory:/own/group", "1:cpu:/", "0::/"),
                List.of(
                    "cgroup2 /nowhere cgroup2 rw 0 0",
                    "cgroup " + directory.resolve("fs") + " cgroup rw,relatime,memory 0 0"))
            .orElseThrow();
    assertThat(groups.description()).isEqualTo("cgroup v1 below " + parent);
    MemoryGroup group = entered(groups);
    Path made = made(parent);
    assertThat(made.resolve("memory.limit_in_bytes")).hasContent(Long.toString(100L << 20));
    Files.writeString(made.resolve("memory.oom_control"), "under_oom 0\noom_kill 2\n");
    assertThat(group.ranOut()).isTrue();
  }

  @Test
  void whereNothingIsWritableOrDelegatedMemoryIsSampled() throws Exception {
    List<String> mounts = List.of("cgroup2 " + directory.resolve("fs") + " cgroup2 rw 0 0");
    assertThat(MemoryGroups.find(List.of(), List.of())).isEmpty();
    assertThat(MemoryGroups.find(List.of("0::/own/group"), mounts)).as("no such file").isEmpty();
    Path parent = play();
    Files.writeString(parent.resolve("cgroup.controllers"), "cpu pids");
    assertThat(MemoryGroups.find(List.of("0::/own/group"), mounts)).as("no memory").isEmpty();
    Files.writeString(parent.resolve("cgroup.controllers"), "memory");
    Files.createDirectory(parent.resolve("cgroup.subtree_control"));
    assertThat(MemoryGroups.find(List.of("0::/own/group"), mounts)).as("refused").isEmpty();
  }

  @Test
  void aGroupThatDoesNotDivideItsMemoryYetIsMadeToAndThisJvmMovesBelowIt() throws Exception {
    Path parent = play("cgroup.controllers");
    Files.writeString(parent.resolve("cgroup.subtree_control"), "");
    List<String> mounts = List.of("cgroup2 " + directory.resolve("fs") + " cgroup2 rw 0 0");
    assertThat(MemoryGroups.find(List.of("0::/own/group"), mounts)).isPresent();
    assertThat(parent.resolve("cgroup.subtree_control")).hasContent("+memory");
    String self = Long.toString(ProcessHandle.current().pid());
    Path own = parent.resolve("refinery-node-" + self);
    assertThat(own.resolve("cgroup.procs")).hasContent(self);
    Files.writeString(parent.resolve("cgroup.subtree_control"), "memory");
    assertThat(
            MemoryGroups.find(List.of("0::/own/group/refinery-node-" + self), mounts)
                .orElseThrow()
                .description())
        .as("once it has moved")
        .isEqualTo("cgroup v2 below " + parent);
  }

  @Test
  void smallAttemptsAreSampledAndWhatEndedNodesLeftIsRemoved() throws Exception {
    Path parent = play("cgroup.controllers", "cgroup.subtree_control");
    Path ended = Files.createDirectory(parent.resolve("refinery-4194399-1"));
    Path ours =
        Files.createDirectory(
            parent.resolve("refinery-" + ProcessHandle.current().pid() + "-99999"));
    Path other = Files.createDirectory(parent.resolve("refinery-of-somebody"));
    MemoryGroups groups =
        MemoryGroups.find(
                List.of("0::/own/group"),
                List.of("cgroup2 " + directory.resolve("fs") + " cgroup2 rw 0 0"))
            .orElseThrow();
    assertThat(ended).doesNotExist();
    assertThat(ours).exists();
    assertThat(other).exists();
    assertThat(groups.of(MemoryGroups.SMALLEST - 1)).isEmpty();
  }
}
