package refinery.transfer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import refinery.protocol.FailureClass;
import refinery.transfer.ReadSet.Layout;
import refinery.transfer.ReadSet.ReadFile;
import refinery.transfer.TransferException.BrokenTransfer;

/**
 * Tells index and barcode reads from reads of the sample by their lengths, since archives number
 * all of them alike. Pure.
 */
final class Technical {
  /** In bases: Illumina's indexes have 6 to 12, and no sample is quantified with so few. */
  private static final int LONGEST_INDEX = 15;

  /**
   * In bases: barcodes of cell and molecule together have 16 to 28 in 10x, Drop-seq and inDrops.
   */
  private static final int LONGEST_BARCODE = 30;

  private Technical() {}

  /** Decides which two of three or more numbered files are mates. */
  static Layout decide(List<ReadFile> numbered, List<ReadFile> files, Map<String, String> metadata)
      throws TransferException {
    List<ReadFile> sample =
        numbered.stream()
            .filter(file -> length(file) > LONGEST_INDEX)
            .sorted(Comparator.comparing(ReadFile::name))
            .toList();
    if (sample.size() == 2 && sample.getFirst().summary().whole()) {
      Optional<String> cells = singleCell(sample.getFirst(), sample.getLast());
      if (cells.isPresent()) {
        throw refused("they are of a single-cell library: " + cells.get(), numbered);
      }
      return ReadSet.paired(sample.getFirst(), sample.getLast(), files, metadata);
    }
    throw refused(
        "cannot tell which two are mates, as "
            + sample.size()
            + " of them have reads longer than "
            + LONGEST_INDEX
            + " nt",
        numbered);
  }

  private static BrokenTransfer refused(String why, List<ReadFile> numbered) {
    List<String> all = new ArrayList<>(numbered.stream().map(Technical::words).toList());
    all.sort(Comparator.naturalOrder());
    return new BrokenTransfer(
        FailureClass.PERMANENT,
        numbered.size()
            + " numbered files: "
            + why
            + " ("
            + all.stream().collect(Collectors.joining(", "))
            + ")");
  }

  /** Why one of two files seems to hold barcodes of cells; empty if neither does. */
  static Optional<String> singleCell(ReadFile first, ReadFile second) {
    ReadFile shorter = length(first) <= length(second) ? first : second;
    ReadFile longer = shorter == first ? second : first;
    boolean barcodes =
        length(shorter) <= LONGEST_BARCODE && length(longer) >= 1.5 * length(shorter);
    return barcodes
        ? Optional.of(
            "%s are as short as barcodes beside %s".formatted(words(shorter), words(longer)))
        : Optional.empty();
  }

  static String words(ReadFile file) {
    double length = length(file);
    return "%s: %d reads of %s nt"
        .formatted(
            file.name(),
            file.summary().reads(),
            length == Math.rint(length)
                ? Long.toString((long) length)
                : String.format(Locale.ROOT, "%.1f", length));
  }

  private static double length(ReadFile file) {
    return (double) file.summary().bases() / Math.max(1, file.summary().reads());
  }
}
