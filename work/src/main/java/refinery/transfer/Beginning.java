package refinery.transfer;

import java.util.Map;
import java.util.OptionalLong;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/**
 * Decides how much of a FASTQ file a download reads. Reading the beginning is enough if the rest is
 * proven in another way: the archive states the file's MD5 and the run's number of reads, and the
 * pipeline's tool reads this file. A pipeline then compares its tool's count with the archive's, or
 * else reads the whole file first. Pure.
 */
final class Beginning {
  private Beginning() {}

  /**
   * @param configured unpacked bytes to read; empty: the whole file
   * @return unpacked bytes that are enough to read; empty: the whole file
   */
  static OptionalLong of(
      OptionalLong configured,
      Plan.Group group,
      String name,
      Location location,
      Map<String, String> metadata) {
    boolean counted =
        ReadSet.statedSpots(metadata).isPresent()
            && group.reads()
            && Content.of(location.format()) == Content.FASTQ_GZ
            && ReadSet.reachesTheTool(name, group.files().stream().map(SourceFile::name).toList());
    return statesMd5(location) && counted ? configured : OptionalLong.empty();
  }

  /** True if what this location delivers has been compared with the archive's MD5. */
  static boolean statesMd5(Location location) {
    return location.checksum().filter(sum -> sum.algorithm().equals("md5")).isPresent();
  }
}
