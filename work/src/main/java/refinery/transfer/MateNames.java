package refinery.transfer;

import java.util.Arrays;

/**
 * Recognises mates that follow each other in one file and that an archive has numbered apart: it
 * writes the name that a machine gave, {@code name/1} and then {@code name/2}, behind its own. Used
 * by one thread.
 */
final class MateNames {
  /** So many reads tell. */
  static final long FEW = 10_000;

  private static final int LONGEST = 256;

  private final long most;
  private byte[] word = new byte[LONGEST];
  private int length;
  private boolean ended;
  private byte[] before = new byte[LONGEST];
  private int lengthBefore;
  private long reads;
  private long pairs;

  /**
   * @param most reads to look at
   */
  MateNames(long most) {
    this.most = most;
  }

  /** Takes the next part of a name line behind the first word. */
  void take(byte[] bytes, int from, int to) {
    if (reads == most) {
      return;
    }
    for (int at = from; at < to && !ended; at++) {
      boolean blank = bytes[at] >= 0 && bytes[at] <= ' ';
      if (blank || length == LONGEST) {
        ended = length > 0;
      } else {
        word[length++] = bytes[at];
      }
    }
  }

  /** A record has ended. */
  void end() {
    if (reads == most) {
      return;
    }
    if ((reads & 1) == 1 && areMates()) {
      pairs++;
    }
    byte[] free = before;
    before = word;
    lengthBefore = length;
    word = free;
    length = 0;
    ended = false;
    reads++;
  }

  private boolean areMates() {
    return length > 2
        && length == lengthBefore
        && before[length - 1] == '1'
        && word[length - 1] == '2'
        && word[length - 2] == '/'
        && Arrays.equals(before, 0, length - 1, word, 0, length - 1);
  }

  /** True if all reads that were looked at are mates; a last one may lack its own. */
  boolean allAreMates() {
    return pairs > 0 && pairs == reads / 2;
  }
}
