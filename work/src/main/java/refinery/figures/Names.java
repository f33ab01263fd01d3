package refinery.figures;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A list of names, kept as UTF-8 bytes: millions of barcodes take little more than their letters.
 */
public final class Names {
  private static final int LONGEST = 1000;

  private final String what;
  private final int limit;
  private byte[] bytes = new byte[1 << 12];
  private int[] ends = new int[1 << 8];
  private int size;

  /**
   * @param what is named, for messages
   * @param limit of the bytes of all names
   */
  Names(String what, int limit) {
    this.what = what;
    this.limit = limit;
  }

  /** The names 1, 2, 3 and so on. */
  static Names numbered(String what, int count, int limit) throws UnusableMatrix {
    Names names = new Names(what, limit);
    for (int index = 1; index <= count; index++) {
      names.add(Integer.toString(index));
    }
    return names;
  }

  void add(String name) throws UnusableMatrix {
    String kept = name.length() <= LONGEST ? name : name.substring(0, LONGEST);
    byte[] encoded = kept.getBytes(StandardCharsets.UTF_8);
    int start = size == 0 ? 0 : ends[size - 1];
    if (encoded.length > limit - start) {
      throw UnusableMatrix.refused(
          "the names of the %s are longer than %d bytes together".formatted(what, limit));
    }
    if (start + encoded.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(start + encoded.length, grown(bytes.length)));
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, grown(ends.length));
    }
    System.arraycopy(encoded, 0, bytes, start, encoded.length);
    ends[size++] = start + encoded.length;
  }

  private static int grown(int length) {
    return (int) Math.min(Integer.MAX_VALUE - 16L, length + (length >> 1) + 16L);
  }

  public int size() {
    return size;
  }

  public String get(int index) {
    int start = start(index);
    return new String(bytes, start, ends[index] - start, StandardCharsets.UTF_8);
  }

  private int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  /** How many names before this one are the same. */
  int sameBefore(int index) {
    int count = 0;
    for (int other = 0; other < index; other++) {
      if (Arrays.equals(bytes, start(other), ends[other], bytes, start(index), ends[index])) {
        count++;
      }
    }
    return count;
  }
}
