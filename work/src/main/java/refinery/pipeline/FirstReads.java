package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import refinery.protocol.batch.RawFile;

/**
 * The step {@code first-reads}: copies the first {@code count} reads of each file to the directory
 * {@code to}, as {@code ROLE.fastq}, for a trial. There is none where it would hardly save
 * anything: {@code percent}, below which a run is hopeless, is 0; the files have less than {@code
 * from-mib} MiB together; or a file has fewer reads than that. Reads that cannot be read are left
 * to the other checks.
 */
final class FirstReads implements Builtin {
  /** The fact that tells whether there is a trial. */
  static final String TRIAL = "early_stop_trial";

  @Override
  public Set<String> decides() {
    return Set.of(TRIAL);
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    int count = Integer.parseInt(context.text("count"));
    List<RawFile> reads = new ArrayList<>();
    for (RawFile file : context.inputs()) {
      if (file.role().startsWith("reads")
          && Files.isRegularFile(context.inside(InputNames.path(file)))) {
        reads.add(file);
      }
    }
    long bytes = reads.stream().mapToLong(RawFile::size).sum();
    boolean wanted =
        Double.parseDouble(context.text("percent")) > 0
            && bytes >= Long.parseLong(context.text("from-mib")) << 20;
    boolean there = wanted && !reads.isEmpty();
    for (RawFile file : wanted ? reads : List.<RawFile>of()) {
      there = there && copied(file, count, context);
    }
    context.learned(TRIAL, there);
    context.checked(
        there
            ? "the first %d reads are mapped before all of them".formatted(count)
            : wanted ? "too few reads for a trial" : "no trial");
  }

  /** True if the file has so many reads, all of them FASTQ by their look. */
  private static boolean copied(RawFile file, int count, StepContext context)
      throws IOException, StepFailure {
    Path from = context.inside(InputNames.path(file));
    Path to = context.path("to").resolve(file.role() + ".fastq");
    Files.createDirectories(to.getParent());
    try (Lines lines = new Lines(Streams.open(from, context.attempt()));
        BufferedWriter out = context.room().writer(to)) {
      for (int read = 0; read < count; read++) {
        String name = lines.next();
        String bases = lines.next();
        String separator = lines.next();
        String quality = lines.next();
        if (quality == null || !name.startsWith("@") || !separator.startsWith("+")) {
          return false;
        }
        out.write(name + "\n" + bases + "\n+\n" + quality + "\n");
      }
      return true;
    } catch (IOException e) {
      if (!Streams.isDamage(e)) {
        throw e;
      }
      return false;
    }
  }
}
