package refinery.localarchive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes real {@code .sra} archives with {@code latf-load} and {@code kar} of the sra-tools. They
 * hold the time of loading, so their bytes differ at every call; their reads do not. Blocking.
 */
public final class SraArchives {
  private static final long LIMIT_MINUTES = 2;

  private SraArchives() {}

  /** True if the tools are on the PATH. */
  public static boolean toolsInstalled() {
    return onPath("latf-load").isPresent() && onPath("kar").isPresent();
  }

  /** Finds an executable on the PATH. */
  static Optional<Path> onPath(String tool) {
    return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Writes the archive of a run's reads, completely or not at all. */
  static void make(SimulatedRun run, Path relative) throws IOException, InterruptedException {
    Path target = relative.toAbsolutePath();
    Path scratch = Files.createTempDirectory(target.getParent(), ".loading-");
    try {
      List<String> load = new ArrayList<>();
      Path table = scratch.resolve("table");
      load.addAll(List.of("latf-load", "-L", "fatal", "-p", "ILLUMINA", "--quality", "PHRED_33"));
      load.addAll(List.of("-t", scratch.toString(), "-o", table.toString()));
      for (int mate = 0; mate < run.fastq().size(); mate++) {
        Path reads = scratch.resolve((mate + 1) + ".fastq");
        Files.write(reads, instrumentNames(run, mate));
        load.add(reads.toString());
      }
      call(load, scratch);
      Path packed = scratch.resolve("packed");
      call(List.of("kar", "-f", "-c", packed.toString(), "-d", table.toString()), scratch);
      Files.move(packed, target);
    } finally {
      delete(scratch);
    }
  }

  /**
   * Removes "RUN.N ", which ENA puts before an instrument's read name; the loader wants the latter.
   */
  private static byte[] instrumentNames(SimulatedRun run, int mate) {
    String text = new String(run.fastq().get(mate), StandardCharsets.US_ASCII);
    String added = "(?m)^@" + run.design().accession() + "\\.[0-9]+ ";
    return text.replaceAll(added, "@").getBytes(StandardCharsets.US_ASCII);
  }

  private static void call(List<String> command, Path scratch)
      throws IOException, InterruptedException {
    Path log = scratch.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command).directory(scratch.toFile());
    builder.environment().put("HOME", scratch.toString());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process process = builder.start();
    try {
      if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
        throw new IOException(command.getFirst() + " took more than two minutes");
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      String words = lastWords(log);
      throw new IOException(command.getFirst() + " exited " + process.exitValue() + ": " + words);
    }
  }

  private static String lastWords(Path log) throws IOException {
    try (InputStream in = Files.newInputStream(log)) {
      String text = new String(in.readNBytes(4_096), StandardCharsets.UTF_8);
      return text.strip().replaceAll("\\s+", " ");
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
