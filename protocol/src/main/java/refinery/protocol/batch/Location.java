package refinery.protocol.batch;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One place where a file can be fetched.
 *
 * @param archive {@code ena}, {@code ncbi}, {@code ensembl}: names the transfer token {@code
 *     net:ARCHIVE} and is recorded as provenance
 * @param url absolute: http, https, ftp, s3, or file for the users' own
 * @param format {@code fastq.gz}, {@code sra}, {@code fa.gz}, {@code gtf.gz}: what the URL serves,
 *     which may differ from the file's own format ({@code sra} is extracted to FASTQ)
 * @param size bytes, where the archive states it
 * @param checksum where the archive states it
 */
public record Location(
    String archive, String url, String format, OptionalLong size, Optional<Checksum> checksum) {

  /**
   * A checksum as the archive states it: {@code md5} in lower-case hex, or {@code bsd-sum} as
   * {@code "SUM BLOCKS"}, which is what {@code sum} of the BSDs and of GNU prints.
   */
  public record Checksum(String algorithm, String value) {
    public static Checksum md5(String hex) {
      return new Checksum("md5", hex);
    }
  }
}
