package refinery.transfer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/**
 * Estimates how much disk a download needs, from the sizes that archives state. Pure; sums never
 * overflow.
 *
 * @param unknownSize bytes that a file counts as when nobody states its size
 * @param extractionFactor space for an SRA archive, its scratch, its reads and the packed reads
 *     together, as a multiple of the archive's size
 * @param margin bytes on top, for logs
 */
public record DiskDemand(long unknownSize, int extractionFactor, long margin) {
  private static final String ROOT = "refinery.transfer.disk.";
  private static final long MOST = Long.MAX_VALUE / 4;

  /**
   * @param config the whole configuration
   */
  public static DiskDemand from(Config config) {
    DiskDemand demand =
        new DiskDemand(
            config.getBytes(ROOT + "unknown-size"),
            config.getInt(ROOT + "extraction-factor"),
            config.getBytes(ROOT + "margin"));
    require(demand.unknownSize > 0 && demand.unknownSize <= 1L << 50, "unknown-size", "1 to 1 PiB");
    require(
        demand.extractionFactor >= 1 && demand.extractionFactor <= 1000,
        "extraction-factor",
        "1 to 1000");
    require(demand.margin >= 0 && demand.margin <= 1L << 50, "margin", "0 to 1 PiB");
    return demand;
  }

  private static void require(boolean condition, String key, String range) {
    if (!condition) {
      throw new ConfigException.BadValue(ROOT + key, "must be from " + range);
    }
  }

  /** Bytes that the first plan of each group of files needs. */
  public long first(List<SourceFile> files, Map<String, String> metadata) {
    long sum = margin;
    for (Plan.Group group : Plan.groups(files)) {
      sum = plus(sum, first(group, metadata));
    }
    return sum;
  }

  /**
   * Bytes of the raw files that the first plans leave, at most: an archive's packed reads are a few
   * times the archive.
   */
  public long left(List<SourceFile> files, Map<String, String> metadata) {
    long sum = 0;
    for (Plan.Group group : Plan.groups(files)) {
      boolean packed = !group.plans().isEmpty() && group.plans().getFirst() instanceof Plan.Archive;
      long written = first(group, metadata);
      sum =
          plus(sum, packed ? written / extractionFactor * Math.min(extractionFactor, 3) : written);
    }
    return sum;
  }

  /** The same as the first, with room for what is to be written after the download. */
  public long first(List<SourceFile> files, Map<String, String> metadata, long after) {
    return plus(first(files, metadata), after);
  }

  /**
   * The same as the first, but one group takes its reads out of this archive.
   *
   * @param fallen index of that group
   */
  long with(List<Plan.Group> groups, int fallen, Location archive, Map<String, String> metadata) {
    long sum = plus(margin, extracted(archive, metadata));
    for (int group = 0; group < groups.size(); group++) {
      sum = group == fallen ? sum : plus(sum, first(groups.get(group), metadata));
    }
    return sum;
  }

  /**
   * The same as the first, beside a file whose reads are written once more: at most twice its size,
   * since they are packed quickly.
   */
  long splitting(long size, List<SourceFile> files, Map<String, String> metadata) {
    return plus(first(files, metadata), plus(size, size));
  }

  private long first(Plan.Group group, Map<String, String> metadata) {
    if (group.plans().isEmpty()) {
      return 0;
    }
    return switch (group.plans().getFirst()) {
      case Plan.Archive archive -> extracted(archive.location(), metadata);
      case Plan.Direct direct -> {
        long sum = 0;
        for (Location location : direct.locations().values()) {
          sum = plus(sum, location.size().orElse(unknownSize));
        }
        yield sum;
      }
    };
  }

  /**
   * A location of NCBI may state no size. Then ENA's {@code sra_bytes} is used: its copy of the
   * archive is about as large.
   */
  private long extracted(Location archive, Map<String, String> metadata) {
    long size =
        archive.size().orElseGet(() -> stated(metadata.get("sra_bytes")).orElse(unknownSize));
    return size >= MOST / extractionFactor ? MOST : size * extractionFactor;
  }

  private static OptionalLong stated(String text) {
    return text != null && text.matches("[1-9][0-9]{0,17}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  private static long plus(long one, long other) {
    return one >= MOST - other ? MOST : one + other;
  }
}
