package refinery.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The pipeline that chaos jobs run: a command, and one output that it must have written. */
final class Pipelines {
  static final String WORK = "chaos-work";

  private Pipelines() {}

  static void write(Path directory) throws IOException {
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
    script(directory.resolveSibling("work.sh"));
  }

  /**
   * The job: it notes that it starts, works, writes an output that no other attempt could have
   * written, and notes its digest. Lines are appended whole.
   */
  private static void script(Path file) throws IOException {
    Files.writeString(
        file,
        """
        #!/bin/sh
        # work.sh WRITE_LOG KIND SECONDS CPU MEMORY
        log=$1 kind=$2 seconds=$3
        echo "start $REFINERY_ATTEMPT $REFINERY_NODE $$ $4 $5" >>"$log"
        case $kind in
          poison) kill -9 "$PPID"; sleep 60 ;;
          hungry) text=$(head -c 60000000 /dev/zero | tr '\\0' a); sleep "$seconds" ;;
          *) sleep "$seconds" ;;
        esac
        echo "$REFINERY_ATTEMPT $REFINERY_NODE $$ $(date +%s%N)" >result.txt
        set -- $(sha256sum result.txt)
        echo "wrote $REFINERY_ATTEMPT $1" >>"$log"
        case $kind in fails) echo "this job fails" >&2; exit 3 ;; esac
        """);
  }
}
