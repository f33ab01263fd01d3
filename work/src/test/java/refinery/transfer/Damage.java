package refinery.transfer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** What is wrong with the bytes that come. */
enum Damage {
  FLIPPED,
  DROPPED,
  INSERTED,
  ZEROED,
  CUT,
  RECORD_CUT,
  RECORD_MISSING,
  QUALITY_SHORT;

  /** Where in the file. */
  enum Place {
    FIRST,
    MIDDLE,
    LAST;

    int in(int length) {
      return switch (this) {
        case FIRST -> 0;
        case MIDDLE -> length / 2;
        case LAST -> length - 1;
      };
    }
  }

  byte[] of(byte[] good, Place place) {
    return switch (this) {
      case FLIPPED -> changed(good, place.in(good.length), 1);
      case ZEROED -> changed(good, Math.min(place.in(good.length), good.length - 64), 64);
      case DROPPED -> without(good, place.in(good.length), 1);
      case INSERTED -> with(good, place == Place.LAST ? good.length : place.in(good.length));
      case CUT -> Arrays.copyOf(good, place == Place.FIRST ? 1 : place.in(good.length));
      case RECORD_CUT -> lines(good, all -> cutIn(all, place));
      case RECORD_MISSING -> lines(good, all -> removed(all, place));
      case QUALITY_SHORT -> lines(good, all -> shortened(all, place));
    };
  }

  private static byte[] changed(byte[] good, int from, int bytes) {
    byte[] bad = good.clone();
    for (int i = from; i < from + bytes; i++) {
      bad[i] = (byte) (bytes == 1 ? bad[i] ^ 0x55 : 0);
    }
    return bad;
  }

  private static byte[] without(byte[] good, int from, int bytes) {
    byte[] bad = Arrays.copyOf(good, good.length - bytes);
    System.arraycopy(good, from + bytes, bad, from, good.length - from - bytes);
    return bad;
  }

  private static byte[] with(byte[] good, int at) {
    byte[] bad = new byte[good.length + 1];
    System.arraycopy(good, 0, bad, 0, at);
    bad[at] = 'x';
    System.arraycopy(good, at, bad, at + 1, good.length - at);
    return bad;
  }

  private static int record(List<String> lines, Place place) {
    return place.in(lines.size() / 4) * 4;
  }

  private static List<String> cutIn(List<String> lines, Place place) {
    return lines.subList(0, record(lines, place) + 3);
  }

  private static List<String> removed(List<String> lines, Place place) {
    List<String> rest = new ArrayList<>(lines);
    rest.subList(record(lines, place), record(lines, place) + 4).clear();
    return rest;
  }

  private static List<String> shortened(List<String> lines, Place place) {
    List<String> bad = new ArrayList<>(lines);
    bad.set(record(lines, place) + 3, "I");
    return bad;
  }

  /** The text in a gzip file of its own, whole in every way but the one. */
  private static byte[] lines(byte[] good, UnaryOperator<List<String>> change) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(good))) {
      String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      String bad = String.join("\n", change.apply(text.lines().toList())) + "\n";
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
        out.write(bad.getBytes(StandardCharsets.ISO_8859_1));
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
