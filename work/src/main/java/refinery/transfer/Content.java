package refinery.transfer;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import refinery.transfer.TransferException.CorruptTransfer;

/** What a stream should hold. Recognises by the first bytes when it holds something else. */
enum Content {
  FASTQ_GZ,
  GZIP,
  SRA,
  OTHER;

  private static final int LOOK = 512;

  /**
   * @param format of the location: {@code fastq.gz}, {@code fa.gz}, {@code sra}, ...
   */
  static Content of(String format) {
    String lower = format.toLowerCase(Locale.ROOT);
    if (lower.equals("fastq.gz") || lower.equals("fq.gz")) {
      return FASTQ_GZ;
    }
    if (lower.equals("sra")) {
      return SRA;
    }
    return lower.equals("gz") || lower.endsWith(".gz") || lower.endsWith(".tgz") ? GZIP : OTHER;
  }

  /** False for media types of web pages and errors, which cannot be what was asked for. */
  boolean mayHaveType(String contentType) {
    String type = contentType.toLowerCase(Locale.ROOT).split(";", 2)[0].strip();
    return switch (type) {
      case "text/html", "application/xhtml+xml" -> false;
      case "text/xml", "application/xml", "application/json", "application/problem+json" ->
          this == OTHER;
      default -> true;
    };
  }

  /** Makes the check of the content. */
  StreamCheck check(FastqCheck fastq) {
    return switch (this) {
      case FASTQ_GZ -> new FirstBytes(this, new GzipCheck(fastq));
      case GZIP -> new FirstBytes(this, new GzipCheck(new Ignored()));
      case SRA, OTHER -> new FirstBytes(this, new Ignored());
    };
  }

  private Optional<String> wrong(byte[] bytes, int length) {
    boolean good =
        switch (this) {
          case FASTQ_GZ, GZIP ->
              (bytes[0] & 0xff) == 0x1f && (length < 2 || (bytes[1] & 0xff) == 0x8b);
          case SRA -> begins(bytes, length, "NCBI.sra");
          case OTHER -> !describe(bytes, length).equals("an HTML page");
        };
    if (good) {
      return Optional.empty();
    }
    String wanted =
        switch (this) {
          case FASTQ_GZ, GZIP -> "gzip";
          case SRA -> "an SRA archive";
          case OTHER -> "the file";
        };
    return Optional.of("the server sent " + describe(bytes, length) + " instead of " + wanted);
  }

  private static String describe(byte[] bytes, int length) {
    int shown = Math.min(length, LOOK);
    String text = new String(bytes, 0, shown, StandardCharsets.ISO_8859_1);
    String start = text.stripLeading().toLowerCase(Locale.ROOT);
    if (start.startsWith("<!doctype html")
        || start.startsWith("<html")
        || start.contains("<head")) {
      return "an HTML page";
    }
    if (start.startsWith("<")) {
      return "an XML document";
    }
    if (start.startsWith("{") || start.startsWith("[")) {
      return "JSON";
    }
    boolean plain =
        text.chars()
            .allMatch(letter -> letter >= ' ' && letter < 127 || letter >= 9 && letter < 14);
    if (!plain) {
      return "binary data";
    }
    if (start.startsWith("@") || start.startsWith(">")) {
      return "uncompressed sequence text";
    }
    return "plain text (\"" + abbreviated(text) + "\")";
  }

  private static String abbreviated(String text) {
    String line = text.strip().lines().findFirst().orElse("").strip();
    return line.length() <= 80 ? line : line.substring(0, 80) + "...";
  }

  private static boolean begins(byte[] bytes, int length, String magic) {
    int compared = Math.min(length, magic.length());
    return new String(bytes, 0, compared, StandardCharsets.ISO_8859_1)
        .equals(magic.substring(0, compared));
  }

  private static final class Ignored implements StreamCheck {
    @Override
    public void accept(byte[] bytes, int length) {}

    @Override
    public void finish() {}
  }

  /** Checks the first block before the other check sees it. */
  private static final class FirstBytes implements StreamCheck {
    private final Content content;
    private final StreamCheck rest;
    private boolean seen;

    FirstBytes(Content content, StreamCheck rest) {
      this.content = content;
      this.rest = rest;
    }

    @Override
    public void accept(byte[] bytes, int length) throws CorruptTransfer {
      if (!seen) {
        seen = true;
        Optional<String> wrong = content.wrong(bytes, length);
        if (wrong.isPresent()) {
          throw new CorruptTransfer(wrong.get());
        }
      }
      rest.accept(bytes, length);
    }

    @Override
    public void finish() throws CorruptTransfer {
      rest.finish();
    }

    @Override
    public void close() {
      rest.close();
    }
  }
}
