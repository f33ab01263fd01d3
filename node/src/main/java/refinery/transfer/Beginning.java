package refinery.transfer;

import java.util.Map;
import java.util.OptionalLong;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/**
 * Decides how much of a FASTQ file a download reads. The beginning is enough where the rest is
 * proven otherwise: the archive states the MD5 of the file and the number of reads of the run, and
 * the file is one that the tool reads. Who uses such a file compares the tool's count with the
 * archive's, or else reads the whole file first. Pure.
 */
final class Beginning {
  private Beginning() {}

  /**
   * @param configured unpacked bytes; empty: all
   * @return unpacked bytes that are enough; empty: all
   */
  static OptionalLong of(
      OptionalLong configured,
      Plan.Group group,
      String name,
      Location location,
      Map<String, String> metadata) {
    boolean sameBytes =
        location.checksum().filter(sum -> sum.algorithm().equals("md5")).isPresent();
    boolean counted =
        ReadSet.statedSpots(metadata).isPresent()
            && group.reads()
            && Content.of(location.format()) == Content.FASTQ_GZ
            && ReadSet.reachesTheTool(name, group.files().stream().map(SourceFile::name).toList());
    return sameBytes && counted ? configured : OptionalLong.empty();
  }
}
