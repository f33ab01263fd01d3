package refinery.transfer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import refinery.transfer.TransferException.CorruptTransfer;

/**
 * Checks FASTQ with four lines per record, as archives write it, and counts reads and bases. The
 * names of the reads are folded in order into a chain of hashes, so that two mates can be compared
 * without keeping names. It can stop after the beginning of a file: then it reads whole records
 * until it has seen enough bytes.
 */
final class FastqCheck implements StreamCheck {
  private static final int MAX_NAME = 4096;
  private static final byte SEQUENCE = 1;
  private static final byte QUALITY = 2;
  private static final byte RETURN = 4;
  private static final byte[] CLASSES = classes();
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] name = new byte[MAX_NAME];
  private int nameLength;
  private boolean nameEnded;

  /** The line of the record, 0 to 3: name, sequence, plus, quality. */
  private int line;

  private long lineLength;
  private int seen;
  private byte last;
  private long sequenceLength;
  private long reads;
  private long bases;
  private long names = 0x9E3779B97F4A7C15L;
  private int lowest = 255;
  private int highest;
  private boolean returns;
  private boolean blank;

  private final long enough;
  private long taken;
  private boolean satisfied;
  private long twins;
  private long previous;
  private final List<Long> marks = new ArrayList<>();
  private final MateNames mates;

  /**
   * What a FASTQ file, or its beginning, holds.
   *
   * @param whole true if the file was read to its end
   * @param names hash over all names in order, without {@code /1} and {@code /2}
   * @param twins number of reads with the name of the read before
   * @param numberedMates true if the first reads are mates one after the other, to which the
   *     archive has given numbers of their own
   * @param marks the hash over the names of the first 1, 2, 4, 8, ... reads
   * @param lowestQuality smallest quality character, 255 when there is none
   * @param highestQuality largest quality character, 0 when there is none
   */
  record Summary(
      boolean whole,
      long reads,
      long bases,
      long names,
      long twins,
      boolean numberedMates,
      List<Long> marks,
      int lowestQuality,
      int highestQuality,
      boolean carriageReturns) {
    Summary {
      marks = List.copyOf(marks);
    }

    /**
     * True if the qualities look like Phred+64 of old Illumina machines: nothing below {@code ;},
     * and something above {@code K}, the highest that Illumina's Phred+33 reaches.
     */
    boolean looksLikePhred64() {
      return lowestQuality >= ';' && highestQuality > 'K';
    }

    /** The same, of reads that were proven in another way to have the names of these. */
    Summary namedAs(Summary mates) {
      return new Summary(
          whole,
          reads,
          bases,
          mates.names,
          twins,
          numberedMates,
          mates.marks,
          lowestQuality,
          highestQuality,
          carriageReturns);
    }
  }

  /** A check that reads the whole file. */
  FastqCheck() {
    this(OptionalLong.empty());
  }

  /**
   * @param beginning unpacked bytes that are enough; empty: the whole file
   */
  FastqCheck(OptionalLong beginning) {
    this(beginning, new MateNames(MateNames.FEW));
  }

  FastqCheck(OptionalLong beginning, MateNames mates) {
    this.enough = beginning.orElse(Long.MAX_VALUE);
    this.mates = mates;
  }

  Summary summary() {
    return new Summary(
        !satisfied,
        reads,
        bases,
        names,
        twins,
        mates.allAreMates(),
        marks,
        lowest,
        highest,
        returns);
  }

  @Override
  public boolean isSatisfied() {
    return satisfied;
  }

  @Override
  public void accept(byte[] bytes, int length) throws CorruptTransfer {
    int at = 0;
    while (at < length && !satisfied) {
      int from = at;
      at =
          switch (line) {
            case 0 -> name(bytes, at, length);
            case 1 -> letters(bytes, at, length);
            case 2 -> plus(bytes, at, length);
            default -> qualities(bytes, at, length);
          };
      if (at < length) {
        endLine();
        at++;
      }
      taken += at - from;
      satisfied = taken >= enough && line == 0 && lineLength == 0;
    }
  }

  @Override
  public void finish() throws CorruptTransfer {
    if (lineLength > 0) {
      endLine();
    }
    if (line != 0) {
      throw new CorruptTransfer("the last FASTQ record (number " + (reads + 1) + ") is cut");
    }
    if (reads == 0) {
      throw new CorruptTransfer("there is no FASTQ record in it");
    }
  }

  private int name(byte[] bytes, int from, int length) throws CorruptTransfer {
    int at = from;
    if (lineLength == 0) {
      startRecord(bytes[at]);
    }
    if (!nameEnded) {
      while (at < length && (bytes[at] > ' ' || bytes[at] < 0)) {
        at++;
      }
      keep(bytes, from, at - from);
    }
    int behind = at;
    while (at < length && bytes[at] != '\n') {
      byte letter = bytes[at++];
      if (letter >= 0 && letter < ' ' && letter != '\t' && letter != '\r') {
        throw wrong("its name holds binary data");
      }
      nameEnded = true;
    }
    mates.take(bytes, behind, at);
    lineLength += at - from;
    return at;
  }

  private void keep(byte[] bytes, int from, int count) throws CorruptTransfer {
    if (nameLength + count > MAX_NAME) {
      throw wrong("its name is longer than " + MAX_NAME + " bytes");
    }
    System.arraycopy(bytes, from, name, nameLength, count);
    nameLength += count;
  }

  private void startRecord(byte first) throws CorruptTransfer {
    if (first == '\n' || first == '\r') {
      return;
    }
    if (first == '>' && reads == 0) {
      throw new CorruptTransfer("it is FASTA, not FASTQ");
    }
    if (first != '@') {
      throw wrong("it does not begin with @");
    }
    if (blank) {
      throw wrong("there is a blank line before it");
    }
  }

  private int letters(byte[] bytes, int from, int length) throws CorruptTransfer {
    int at = from;
    int all = SEQUENCE;
    int kinds = 0;
    while (at < length && bytes[at] != '\n') {
      int kind = CLASSES[bytes[at++] & 0xff];
      all &= kind;
      kinds |= kind;
    }
    if (at > from) {
      if (all == 0) {
        throw wrong("its sequence holds something else than letters");
      }
      seen |= kinds;
      last = bytes[at - 1];
      lineLength += at - from;
    }
    return at;
  }

  private int qualities(byte[] bytes, int from, int length) throws CorruptTransfer {
    int at = from;
    int low = lowest;
    int high = highest;
    int kinds = 0;
    int all = QUALITY;
    while (at < length && bytes[at] != '\n') {
      int letter = bytes[at++] & 0xff;
      int kind = CLASSES[letter];
      all &= kind;
      kinds |= kind;
      if (letter < low && letter != '\r') {
        low = letter;
      }
      high = Math.max(high, letter);
    }
    if (at > from) {
      if (all == 0) {
        throw wrong("its quality line holds something else than quality values");
      }
      lowest = low;
      highest = high;
      seen |= kinds;
      last = bytes[at - 1];
      lineLength += at - from;
    }
    return at;
  }

  private int plus(byte[] bytes, int from, int length) throws CorruptTransfer {
    if (lineLength == 0 && bytes[from] != '+') {
      throw wrong("its third line does not begin with +");
    }
    int at = from;
    while (at < length && bytes[at] != '\n') {
      at++;
    }
    lineLength += at - from;
    return at;
  }

  private void endLine() throws CorruptTransfer {
    boolean carriageReturn = (seen & RETURN) != 0;
    if (carriageReturn && last != '\r') {
      throw wrong("there is a carriage return inside a line");
    }
    long letters = lineLength - (carriageReturn ? 1 : 0);
    switch (line) {
      case 0 -> endName();
      case 1 -> sequenceLength = letters;
      case 2 -> {}
      default -> endRecord(letters);
    }
    returns |= carriageReturn;
    seen = 0;
    lineLength = 0;
    line = blank ? 0 : (line + 1) & 3;
  }

  private void endName() throws CorruptTransfer {
    if (nameLength == 0) {
      blank = true;
    } else if (nameLength == 1) {
      throw wrong("it has no name");
    }
  }

  private void endRecord(long letters) throws CorruptTransfer {
    if (letters != sequenceLength) {
      throw wrong("it has " + sequenceLength + " bases but " + letters + " quality values");
    }
    long own = hashOfName();
    mates.end();
    twins += reads > 0 && own == previous ? 1 : 0;
    previous = own;
    names = mix(names ^ own);
    nameLength = 0;
    nameEnded = false;
    reads++;
    bases += sequenceLength;
    if (Long.bitCount(reads) == 1) {
      marks.add(names);
    }
  }

  /** A hash of the name without {@code /1} or {@code /2}. */
  private long hashOfName() {
    int length = nameLength;
    if (length > 2
        && name[length - 2] == '/'
        && (name[length - 1] == '1' || name[length - 1] == '2')) {
      length -= 2;
    }
    long hash = length;
    int at = 0;
    for (; at + 8 <= length; at += 8) {
      hash = mix(hash ^ (long) WORDS.get(name, at));
    }
    long rest = 0;
    for (; at < length; at++) {
      rest = (rest << 8) | (name[at] & 0xff);
    }
    return mix(hash ^ rest);
  }

  /**
   * The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). It is a bijection; the chain of
   * hashes depends on the order of the names.
   */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private CorruptTransfer wrong(String what) {
    return new CorruptTransfer("FASTQ record " + (reads + 1) + " is malformed: " + what);
  }

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int letter = '!'; letter <= '~'; letter++) {
      classes[letter] |= QUALITY;
    }
    for (int letter = 'A'; letter <= 'Z'; letter++) {
      classes[letter] |= SEQUENCE;
      classes[letter + 32] |= SEQUENCE;
    }
    for (char letter : new char[] {'.', '-', '*'}) {
      classes[letter] |= SEQUENCE;
    }
    classes['\r'] = SEQUENCE | QUALITY | RETURN;
    return classes;
  }
}
