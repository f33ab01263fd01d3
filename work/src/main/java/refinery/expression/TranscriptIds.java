package refinery.expression;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The names of a table's rows in their order, as one block of bytes: what all samples of a matrix
 * must have in common. They are decoded as Latin-1, so that no byte is lost; who looks them up or
 * writes them does the same.
 */
public final class TranscriptIds {
  private final String sample;
  private final byte[] bytes;
  private final int[] ends;

  /**
   * @param sample whose table has these rows, for messages
   */
  TranscriptIds(String sample, byte[] bytes, int[] ends) {
    this.sample = sample;
    this.bytes = bytes;
    this.ends = ends;
  }

  public static TranscriptIds of(String sample, List<String> names) {
    Builder builder = new Builder();
    for (String name : names) {
      byte[] encoded = name.getBytes(StandardCharsets.ISO_8859_1);
      builder.add(encoded, 0, encoded.length);
    }
    return builder.build(sample);
  }

  public String sample() {
    return sample;
  }

  public int size() {
    return ends.length;
  }

  public String name(int row) {
    int start = start(row);
    return new String(bytes, start, ends[row] - start, StandardCharsets.ISO_8859_1);
  }

  private int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  int length(int row) {
    return ends[row] - start(row);
  }

  boolean is(int row, byte[] buffer, int from, int to) {
    return Arrays.equals(bytes, start(row), ends[row], buffer, from, to);
  }

  /** Collects names. */
  static final class Builder {
    private byte[] bytes = new byte[1 << 16];
    private int[] ends = new int[1 << 12];
    private int size;
    private int length;

    void add(byte[] source, int from, int to) {
      int added = to - from;
      if (length > bytes.length - added) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.multiplyExact(bytes.length, 2), length + added));
      }
      if (size == ends.length) {
        ends = Arrays.copyOf(ends, size * 2);
      }
      System.arraycopy(source, from, bytes, length, added);
      length += added;
      ends[size++] = length;
    }

    TranscriptIds build(String sample) {
      return new TranscriptIds(sample, Arrays.copyOf(bytes, length), Arrays.copyOf(ends, size));
    }
  }
}
