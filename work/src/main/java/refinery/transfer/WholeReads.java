package refinery.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * Checks whole FASTQ files of which the download has read only the beginning, as a download would.
 * Blocking; ends soon after the attempt was told to stop.
 */
public final class WholeReads {
  /**
   * The name of a fact: how the number of reads differs from the one that the archive states,
   * though its files are the archive's own.
   */
  public static final String COUNT_DIFFERS = "read_count_differs";

  private static final int BUFFER = 1 << 17;
  private static final Set<String> ROLES = Set.of("reads", "reads_1", "reads_2");

  private final Function<RawFile, Path> place;
  private final Attempt attempt;

  /** The result of the check. */
  public sealed interface Verdict {
    /**
     * The same files, each with its number of reads and bases.
     *
     * @param differs how the number differs from the stated one; empty if it does not
     */
    record Good(List<RawFile> files, Optional<String> differs) implements Verdict {
      public Good {
        files = List.copyOf(files);
      }

      /** One line for each file, for the job's record. */
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
   * @param place finds a file on disk
   */
  public WholeReads(Function<RawFile, Path> place, Attempt attempt) {
    this.place = place;
    this.attempt = attempt;
  }

  /** True for reads of which at most the beginning was checked. */
  public static boolean isUncounted(RawFile file) {
    return isReads(file) && file.reads().isEmpty();
  }

  private static boolean isReads(RawFile file) {
    return ROLES.contains(file.role()) && ReadSet.isReads(file.name());
  }

  /**
   * @param files files of one run with different roles; the read files among them are checked. They
   *     have the MD5 that the archive states, since a download reads other files to their end
   * @param orphans number of reads without a mate, which are set aside
   * @param metadata of the run; untrusted
   */
  public Verdict check(List<RawFile> files, long orphans, Map<String, String> metadata)
      throws IOException {
    String what = orphans == 0 ? "reads" : "reads and " + orphans + " without a mate";
    try {
      List<RawFile> counted = new ArrayList<>();
      Optional<String> differs = Optional.empty();
      Map<String, ReadSet.ReadFile> read = new HashMap<>();
      for (RawFile file : files) {
        if (isReads(file)) {
          FastqCheck.Summary summary = read(file);
          read.put(file.role(), new ReadSet.ReadFile(file.name(), file.sha256(), summary, true));
          differs = ReadSet.compareSpots(summary, orphans, what, true, metadata);
          counted.add(counted(file, summary));
        } else {
          counted.add(file);
        }
      }
      if (read.containsKey("reads_1") && read.containsKey("reads_2")) {
        ReadSet.comparePair(read.get("reads_1"), read.get("reads_2"));
      }
      return new Verdict.Good(counted, differs);
    } catch (CorruptTransfer bad) {
      // The stored bytes were read, so another try would fail alike.
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
