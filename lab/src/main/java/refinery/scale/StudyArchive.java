package refinery.scale;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import refinery.protocol.Json;

/**
 * Writes the tree of a local archive with studies of given sizes, described as fully as ENA
 * describes runs. A run has one file with one read, or is of a kind that is recorded as skipped.
 */
final class StudyArchive {
  private static final int RUNS_A_STUDY = 10_000_000;

  private StudyArchive() {}

  /**
   * The accession of a study.
   *
   * @param number from 0
   */
  static String accession(int number) {
    return "PRJNA" + (900_001 + number);
  }

  /**
   * @param sizes number of runs of each study
   * @param skipped true for runs that are recorded as skipped
   * @return the tree
   */
  static Path write(Path root, List<Integer> sizes, boolean skipped) throws IOException {
    return write(root, sizes, skipped, 0);
  }

  /**
   * @param bytes of each run's file, about; 0: one read
   */
  static Path write(Path root, List<Integer> sizes, boolean skipped, int bytes) throws IOException {
    Member rest = Member.of(bytes);
    Path table = root.resolve("api/ena/read_run.json");
    Files.createDirectories(table.getParent());
    try (OutputStream out = Files.newOutputStream(table);
        JsonGenerator json = Json.MAPPER.createGenerator(out)) {
      json.writeStartArray();
      for (int study = 0; study < sizes.size(); study++) {
        for (int run = 0; run < sizes.get(study); run++) {
          json.writePOJO(row(root, study, run, skipped, rest));
        }
      }
      json.writeEndArray();
    }
    return root;
  }

  /** What all files have after their own first read: reads that are packed without compression. */
  private record Member(byte[] packed, int reads) {
    private static final int LENGTH = 100;

    static Member of(int bytes) throws IOException {
      if (bytes == 0) {
        return new Member(new byte[0], 0);
      }
      Random random = new Random(1);
      StringBuilder text = new StringBuilder();
      int reads = 0;
      for (; text.length() < bytes; reads++) {
        text.append('@').append(reads).append('\n');
        random.ints(LENGTH, 0, 4).forEach(base -> text.append("ACGT".charAt(base)));
        text.append("\n+\n").append("I".repeat(LENGTH)).append('\n');
      }
      return new Member(gzip(text.toString(), Deflater.NO_COMPRESSION), reads);
    }
  }

  private static Map<String, String> row(
      Path root, int study, int run, boolean skipped, Member rest) throws IOException {
    String digits = String.format(Locale.ROOT, "%09d", 100_000_000 + study * RUNS_A_STUDY + run);
    Map<String, String> row = new LinkedHashMap<>();
    row.put("run_accession", "SRR" + digits);
    row.put("experiment_accession", "SRX" + digits);
    row.put("sample_accession", "SAMN" + digits);
    row.put("secondary_sample_accession", "SRS" + digits);
    row.put("study_accession", accession(study));
    row.put("secondary_study_accession", "SRP" + (900_001 + study));
    row.put("tax_id", "9606");
    row.put("scientific_name", "Homo sapiens");
    row.put("instrument_platform", "ILLUMINA");
    row.put("instrument_model", "Illumina NovaSeq 6000");
    row.put("library_name", "library " + run);
    row.put("library_layout", "SINGLE");
    row.put("library_strategy", skipped ? "WGS" : "RNA-Seq");
    row.put("library_source", skipped ? "GENOMIC" : "TRANSCRIPTOMIC");
    row.put("library_selection", "cDNA");
    row.put("read_count", Integer.toString(1 + rest.reads()));
    row.put("base_count", Integer.toString(8 + rest.reads() * Member.LENGTH));
    row.put("first_public", "2024-03-01");
    row.put("last_updated", "2024-03-02");
    row.put("study_title", "A study of how cost grows with the number of its runs");
    row.put("experiment_title", "Illumina NovaSeq 6000 sequencing; RNA of sample " + run);
    row.put("sample_title", "sample " + run + ", whole blood");
    byte[] file = skipped ? new byte[0] : file("@" + digits + "\nACGTACGT\n+\nIIIIIIII\n", rest);
    String path = "vol1/fastq/SRR" + digits + "/SRR" + digits + ".fastq.gz";
    row.put("fastq_ftp", skipped ? "" : "ftp.sra.ebi.ac.uk/" + path);
    row.put("fastq_bytes", skipped ? "" : Integer.toString(file.length));
    row.put("fastq_md5", skipped ? "" : md5(file));
    if (!skipped) {
      Files.createDirectories(root.resolve(path).getParent());
      Files.write(root.resolve(path), file);
    }
    return row;
  }

  private static byte[] file(String first, Member rest) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(gzip(first, Deflater.DEFAULT_COMPRESSION));
    bytes.write(rest.packed());
    return bytes.toByteArray();
  }

  private static byte[] gzip(String text, int level) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new LevelledGzip(bytes, level)) {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }

  private static final class LevelledGzip extends GZIPOutputStream {
    LevelledGzip(OutputStream out, int level) throws IOException {
      super(out);
      def.setLevel(level);
    }
  }

  private static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java platform has MD5.
    }
  }
}
