package refinery.protocol.batch;

import java.util.OptionalLong;

/**
 * A file in temporary storage that was downloaded and verified.
 *
 * @param name e.g. {@code SRR990001_1.fastq.gz}
 * @param role what the file is for: {@code reads_1}, {@code reads_2}, {@code reads}, {@code
 *     orphans} (set aside), {@code genome}, {@code annotation}, {@code other}
 * @param object key in temporary storage, {@code JOB/SHA256}
 * @param sha256 of its bytes, lower-case hex
 * @param size bytes
 * @param deliveredFrom the archive that delivered it: {@code ena}, {@code ncbi}, ...
 * @param url from where it was fetched
 * @param reads records, for FASTQ
 * @param bases sum of read lengths, for FASTQ
 */
public record RawFile(
    String name,
    String role,
    String object,
    String sha256,
    long size,
    String deliveredFrom,
    String url,
    OptionalLong reads,
    OptionalLong bases) {}
