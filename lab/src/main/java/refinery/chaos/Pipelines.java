package refinery.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The pipelines of a chaos run. Each starts one process and has one output, which must be written.
 */
final class Pipelines {
  static final String WORK = "chaos-work";

  /** The pipelines of surveys; their output depends on their name and on the reads alone. */
  static final List<String> READS = List.of("chaos-reads", "chaos-other-reads");

  private Pipelines() {}

  /**
   * Writes the pipelines' files and their script.
   *
   * @param writeLog where processes write what they do
   */
  static void write(Path directory, Path writeLog) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(
        directory.resolve(WORK + ".conf"),
        """
        name = chaos-work
        version = "1"
        description = "Runs the command that the job brings, which writes result.txt."
        takes-command = true
        resources { cpu = "0.1", memory = "32MiB", disk = "0" }
        steps = [{ name = work, command = ["${command}"], stall = 10m, wall-time = 10m }]
        outputs = [{ name = result.txt, file = result.txt, media-type = text/plain, checks = [not-empty] }]
        """);
    Path script = directory.resolveSibling("work.sh");
    for (int i = 0; i < READS.size(); i++) {
      Files.writeString(
          directory.resolve(READS.get(i) + ".conf"),
          reads(READS.get(i), script, writeLog, i == 0 ? "0.2" : "0.9"));
    }
    script(script);
  }

  private static String reads(String name, Path script, Path writeLog, String seconds) {
    return """
    name = %1$s
    version = "1"
    description = "Writes its name and a digest of the reads."
    inputs = [[reads_1, reads_2], [reads]]
    resources { cpu = "0.1", memory = "32MiB", disk = "1MiB + 2 * input" }
    steps = [
      { name = pairs, when = [reads_1, reads_2], stall = 10m, wall-time = 10m
        command = [/bin/sh, "%2$s", "%3$s", reads, "%4$s", "100", "33554432", %1$s, "${input.reads_1}", "${input.reads_2}"] }
      { name = single, when = [reads], stall = 10m, wall-time = 10m
        command = [/bin/sh, "%2$s", "%3$s", reads, "%4$s", "100", "33554432", %1$s, "${input.reads}"] }
    ]
    outputs = [{ name = result.txt, file = result.txt, media-type = text/plain, checks = [not-empty] }]
    """
        .formatted(name, script, writeLog, seconds);
  }

  /**
   * Writes the script of the processes. It notes its start, works, writes an output, and notes the
   * output's digest. The output of a job without reads differs for every attempt. Lines are
   * appended as a whole.
   */
  private static void script(Path file) throws IOException {
    Files.writeString(
        file,
        """
        #!/bin/sh
        # work.sh WRITE_LOG KIND SECONDS CPU MEMORY [NAME FILE...]
        log=$1 kind=$2 seconds=$3
        echo "start $REFINERY_ATTEMPT $REFINERY_NODE $$ $4 $5" >>"$log"
        shift 5
        case $kind in
          poison) kill -9 "$PPID"; sleep 60 ;;
          hungry) text=$(head -c 60000000 /dev/zero | tr '\\0' a); sleep "$seconds" ;;
          *) sleep "$seconds" ;;
        esac
        case $kind in
          reads) name=$1; shift; { echo "$name"; cat "$@" | sha256sum | cut -c1-64; } >result.txt ;;
          *) echo "$REFINERY_ATTEMPT $REFINERY_NODE $$ $(date +%s%N)" >result.txt ;;
        esac
        set -- $(sha256sum result.txt)
        echo "wrote $REFINERY_ATTEMPT $1" >>"$log"
        case $kind in fails) echo "this job fails" >&2; exit 3 ;; esac
        """);
  }
}
