package refinery.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import refinery.agent.Attempt;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.RawFile;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.StoppedTransfer;

/**
 * The check that a download makes of whole FASTQ files, for files of which it read the beginning
 * only. Blocking; heeds the attempt's stop.
 */
public final class WholeReads {
  private static final int BUFFER = 1 << 17;
  private static final Set<String> ROLES = Set.of("reads", "reads_1", "reads_2");

  private final Function<RawFile, Path> place;
  private final Attempt attempt;

  /** What came of it. */
  public sealed interface Verdict {
    /** The same files, each with its number of reads and bases. */
    record Good(List<RawFile> files) implements Verdict {
      public Good {
        files = List.copyOf(files);
      }

      /** For the record. */
      public List<String> words() {
        return files.stream()
            .filter(file -> file.reads().isPresent())
            .map(
                file ->
                    "%s: %d FASTQ records, the whole file"
                        .formatted(file.name(), file.reads().getAsLong()))
            .toList();
      }
    }

    record Bad(Failure failure) implements Verdict {}
  }

  /**
   * @param place where a file lies
   */
  public WholeReads(Function<RawFile, Path> place, Attempt attempt) {
    this.place = place;
    this.attempt = attempt;
  }

  /** Whether of these reads the beginning was checked, or nothing. */
  public static boolean isUncounted(RawFile file) {
    return isReads(file) && file.reads().isEmpty();
  }

  private static boolean isReads(RawFile file) {
    return ROLES.contains(file.role()) && ReadSet.isReads(file.name());
  }

  /**
   * @param files of one run, of one role each; all that are reads are read
   * @param orphans reads without a mate, which are set aside
   * @param metadata of the run; hostile
   */
  public Verdict check(List<RawFile> files, long orphans, Map<String, String> metadata)
      throws IOException {
    String what = orphans == 0 ? "reads" : "reads and " + orphans + " without a mate";
    try {
      List<RawFile> counted = new ArrayList<>();
      Map<String, ReadSet.ReadFile> read = new HashMap<>();
      for (RawFile file : files) {
        if (isReads(file)) {
          FastqCheck.Summary summary = read(file);
          read.put(file.role(), new ReadSet.ReadFile(file.name(), file.sha256(), summary));
          ReadSet.compareSpots(summary, orphans, what, metadata);
          counted.add(counted(file, summary));
        } else {
          counted.add(file);
        }
      }
      if (read.containsKey("reads_1") && read.containsKey("reads_2")) {
        ReadSet.comparePair(read.get("reads_1"), read.get("reads_2"));
      }
      return new Verdict.Good(counted);
    } catch (CorruptTransfer bad) {
      // The very bytes that were stored, so the same would come out again.
      return new Verdict.Bad(Failure.of(FailureClass.PERMANENT, bad.getMessage()));
    } catch (TransferException bad) {
      return new Verdict.Bad(Failure.of(bad.failureClass(), bad.getMessage()));
    }
  }

  private static RawFile counted(RawFile file, FastqCheck.Summary summary) {
    return new RawFile(
        file.name(),
        file.role(),
        file.object(),
        file.sha256(),
        file.size(),
        file.deliveredFrom(),
        file.url(),
        OptionalLong.of(summary.reads()),
        OptionalLong.of(summary.bases()));
  }

  private FastqCheck.Summary read(RawFile file) throws IOException, TransferException {
    FastqCheck check = new FastqCheck();
    byte[] buffer = new byte[BUFFER];
    try (StreamCheck streamCheck = Content.FASTQ_GZ.check(check);
        InputStream in = Files.newInputStream(place.apply(file))) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (attempt.isStopped()) {
          throw new StoppedTransfer();
        }
        streamCheck.accept(buffer, count);
        attempt.progressed();
      }
      streamCheck.finish();
    } catch (CorruptTransfer bad) {
      throw new CorruptTransfer(file.name() + ": " + bad.getMessage());
    }
    return check.summary();
  }
}
