package refinery.figures;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import refinery.gzip.AheadStream;
import refinery.gzip.UnpackedStream;

/**
 * Opens matrices. What a file holds is told by its first bytes and not by its name: MatrixMarket,
 * compressed or not; a zip or tar of one with its tables; 10x HDF5; h5ad.
 */
public final class MatrixFiles {
  private static final int LOOK = 512;
  private static final int TAR_MAGIC = 257;
  private static final Pattern MATRIX = Pattern.compile(".*\\.mtx(\\.gz)?");
  private static final Pattern GENES = Pattern.compile(".*(features|genes)\\.tsv(\\.gz)?");
  private static final Pattern CELLS = Pattern.compile(".*(barcodes|cells)\\.tsv(\\.gz)?");

  private final Limits limits;
  private final Watch watch;

  public MatrixFiles(Limits limits, Watch watch) {
    this.limits = limits;
    this.watch = watch;
  }

  /**
   * @param genes table that names the genes, for a MatrixMarket file without one
   * @param cells table that names the cells
   */
  public Matrix open(Path matrix, Optional<Path> genes, Optional<Path> cells)
      throws IOException, UnusableMatrix {
    return switch (kind(head(raw(matrix)))) {
      case "hdf" -> Hdf.open(matrix, limits, watch);
      case "zip" -> bundled(zip(matrix));
      case "tar" -> bundled(Bundle.tar(raw(matrix)));
      case "market" -> market(raw(matrix), genes, cells);
      case "gzip" -> gzip(matrix, genes, cells);
      default -> throw unknown();
    };
  }

  private Matrix gzip(Path matrix, Optional<Path> genes, Optional<Path> cells)
      throws IOException, UnusableMatrix {
    Content unpacked = unpacked(raw(matrix));
    return switch (kind(head(unpacked))) {
      case "tar" -> bundled(Bundle.tar(unpacked));
      case "market" -> market(unpacked, genes, cells);
      default -> throw unknown();
    };
  }

  private static UnusableMatrix unknown() {
    return UnusableMatrix.refused(
        "the file is no MatrixMarket file, no zip or tar of one, and no HDF5 file");
  }

  private static String kind(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("\u0089HDF\r\n")) {
      return "hdf";
    }
    if (text.startsWith("PK\u0003\u0004")) {
      return "zip";
    }
    if (text.startsWith("\u001f\u008b")) {
      return "gzip";
    }
    if (text.startsWith("ustar", TAR_MAGIC)) {
      return "tar";
    }
    boolean market =
        text.regionMatches(true, 0, MarketHeader.MAGIC, 0, MarketHeader.MAGIC.length());
    return market ? "market" : "unknown";
  }

  private static byte[] head(Content content) throws IOException {
    try (InputStream in = content.open()) {
      return in.readNBytes(LOOK);
    }
  }

  private Content raw(Path file) {
    return () -> new BufferedInputStream(watch.over(Files.newInputStream(file)), 1 << 17);
  }

  private static Content unpacked(Content packed) {
    return () -> new UnpackedStream(packed.open());
  }

  /** Unpacked if it is compressed. */
  private static Content plain(Content content) throws IOException {
    return kind(head(content)).equals("gzip") ? unpacked(content) : content;
  }

  private static Content ahead(Content content) {
    return () -> new AheadStream(content.open());
  }

  private Matrix market(Content plain, Optional<Path> genes, Optional<Path> cells)
      throws IOException, UnusableMatrix {
    return MarketMatrix.open(
        ahead(plain),
        genes.isPresent()
            ? Optional.of(table("the table of genes", raw(genes.get()), "genes"))
            : Optional.empty(),
        cells.isPresent()
            ? Optional.of(table("the table of cells", raw(cells.get()), "cells"))
            : Optional.empty(),
        limits,
        () -> {});
  }

  private NameTable table(String file, Content content, String what)
      throws IOException, UnusableMatrix {
    try (InputStream in = plain(content).open()) {
      return NameTable.read(file, in, what, limits);
    }
  }

  private static Bundle zip(Path file) throws IOException, UnusableMatrix {
    try {
      return Bundle.zip(file);
    } catch (ZipException damaged) {
      throw UnusableMatrix.damaged("the zip is damaged: " + damaged.getMessage());
    }
  }

  private Matrix bundled(Bundle bundle) throws IOException, UnusableMatrix {
    boolean opened = false;
    try {
      String matrix =
          one(bundle.names(), "", MATRIX)
              .orElseThrow(() -> UnusableMatrix.refused("the archive holds no file *.mtx"));
      String folder = matrix.substring(0, matrix.lastIndexOf('/') + 1);
      Matrix made =
          MarketMatrix.open(
              ahead(plain(member(bundle, matrix))),
              table(bundle, folder, GENES, "genes"),
              table(bundle, folder, CELLS, "cells"),
              limits,
              bundle);
      opened = true;
      return made;
    } finally {
      if (!opened) {
        bundle.close();
      }
    }
  }

  private Content member(Bundle bundle, String name) {
    return () -> new BufferedInputStream(watch.over(bundle.open(name)), 1 << 16);
  }

  private Optional<NameTable> table(Bundle bundle, String folder, Pattern pattern, String what)
      throws IOException, UnusableMatrix {
    Optional<String> name = one(bundle.names(), folder, pattern);
    return name.isEmpty()
        ? Optional.empty()
        : Optional.of(table(shown(name.get()), member(bundle, name.get()), what));
  }

  /** The only file in a folder, or below it, whose name fits. */
  private static Optional<String> one(List<String> names, String folder, Pattern pattern)
      throws UnusableMatrix {
    List<String> found =
        names.stream()
            .filter(name -> name.startsWith(folder) && !name.contains("__MACOSX"))
            .filter(name -> pattern.matcher(name.toLowerCase(Locale.ROOT)).matches())
            .toList();
    if (found.size() > 1) {
      throw UnusableMatrix.refused(
          "the archive holds %d files of a kind of which one is needed: %s, %s"
              .formatted(found.size(), shown(found.get(0)), shown(found.get(1))));
    }
    return found.stream().findFirst();
  }

  private static String shown(String name) {
    String clean = name.replaceAll("[^ -~]", "?");
    return clean.length() <= 100 ? clean : clean.substring(clean.length() - 100);
  }
}
