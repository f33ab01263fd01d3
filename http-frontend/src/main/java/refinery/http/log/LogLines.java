package refinery.http.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Finds lines in logs. Where lines begin is remembered for the {@value #REMEMBERED} logs that were
 * read last, so a log is read whole at most once, and never held. Thread-safe; reading blocks.
 */
public final class LogLines {
  /** The most characters of a line that are shown. */
  static final int LONGEST = 4_000;

  private static final int REMEMBERED = 64;
  private static final int PIECE = 256 * 1024;
  private static final long MOST_TEXT = 1 << 20;
  private static final long MOST_READ = 256L << 20;
  private static final String HEADING = "== ";
  private static final int LONGEST_HEADING = 400;

  private final Map<String, LineIndex> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, LineIndex> eldest) {
              return size() > REMEMBERED;
            }
          });

  /**
   * The lines that were asked for.
   *
   * @throws IOException when the log cannot be read
   */
  public LogPage read(LogBytes log, LogPage.Question question) throws IOException {
    LineIndex remembered = known.get(log.name());
    LineIndex index = remembered == null ? new LineIndex() : remembered.copy();
    Reading reading = new Reading(log, question, index);
    LogPage page = question.tail() ? reading.tail() : reading.forward(question.from());
    known.merge(
        log.name(), index, (old, now) -> now.last().line() >= old.last().line() ? now : old);
    return page;
  }

  /** One answer in the making. */
  private static final class Reading {
    private final LogBytes log;
    private final LogPage.Question question;
    private final String wanted;
    private final LineIndex index;
    private final Deque<LogPage.Line> found = new ArrayDeque<>();
    private long text;
    private boolean full;

    Reading(LogBytes log, LogPage.Question question, LineIndex index) {
      this.log = log;
      this.question = question;
      this.wanted = question.text().orElse("").toLowerCase(Locale.ROOT);
      this.index = index;
    }

    LogPage forward(long from) throws IOException {
      long end = scan(index.before(from), from, MOST_READ);
      return new LogPage(
          new ArrayList<>(found),
          full ? OptionalLong.of(end) : OptionalLong.empty(),
          index.count());
    }

    /**
     * The last lines. What is filtered is looked for from the beginning; otherwise the index says
     * where the last lines are.
     */
    LogPage tail() throws IOException {
      boolean filtered =
          !wanted.isEmpty() || question.step().isPresent() || question.ours().isPresent();
      LineIndex.Place from = filtered ? index.before(1) : end();
      scan(from, filtered ? 1 : Math.max(1, index.last().line() - question.most()), Long.MAX_VALUE);
      return new LogPage(new ArrayList<>(found), OptionalLong.empty(), index.count());
    }

    /** Reads what is not known yet, and finds where the last lines begin. */
    private LineIndex.Place end() throws IOException {
      scan(index.last(), Long.MAX_VALUE, Long.MAX_VALUE);
      return index.before(Math.max(1, index.last().line() - question.most()));
    }

    /**
     * Reads on from a place and takes the lines that fit. Ends with the log, when the page is full,
     * or after this many bytes. Returns the line to go on with.
     */
    private long scan(LineIndex.Place from, long firstWanted, long bytes) throws IOException {
      Splitter lines = new Splitter(from);
      long offset = from.offset();
      while (true) {
        byte[] piece = log.read(offset, PIECE);
        if (piece.length == 0) {
          index.endsHere(lines.end(firstWanted));
          return lines.line;
        }
        offset += piece.length;
        if (lines.take(piece, firstWanted) || offset - from.offset() >= bytes) {
          full = true;
          return lines.line;
        }
      }
    }

    /** Takes a line; true when the page is full with it. */
    private boolean found(long line, String step, byte[] bytes, int length, boolean cut) {
      String said = new String(bytes, 0, length, StandardCharsets.UTF_8);
      if (question.step().filter(only -> !only.equals(step)).isPresent()
          || question.ours().filter(ours -> ours != said.startsWith(HEADING)).isPresent()
          || (!wanted.isEmpty() && !said.toLowerCase(Locale.ROOT).contains(wanted))) {
        return false;
      }
      boolean longer = said.length() > LONGEST;
      String shown = longer ? said.substring(0, LONGEST) : said;
      found.addLast(new LogPage.Line(line, step, shown, cut || longer));
      text += shown.length();
      if (question.tail()) {
        while (found.size() > question.most() || (text > MOST_TEXT && found.size() > 1)) {
          text -= found.removeFirst().text().length();
        }
        return false;
      }
      return found.size() >= question.most() || text >= MOST_TEXT;
    }

    /** Cuts pieces into lines. Of a long line it keeps the beginning. */
    private final class Splitter {
      private final byte[] kept = new byte[4 * LONGEST];
      private int length;
      private boolean cut;
      private long line;
      private long offset;
      private String step;

      Splitter(LineIndex.Place from) {
        this.line = from.line();
        this.offset = from.offset();
        this.step = from.step();
      }

      /**
       * Takes a piece; true when the page became full in it. The JDK finds a character in Latin-1
       * text many bytes at a time, and the bytes of UTF-8 text hold the end of a line nowhere else.
       */
      boolean take(byte[] piece, long firstWanted) {
        String bytes = new String(piece, StandardCharsets.ISO_8859_1);
        int at = 0;
        for (int end = bytes.indexOf('\n'); end >= 0; end = bytes.indexOf('\n', at)) {
          keep(piece, at, end, firstWanted);
          at = end + 1;
          if (ends(offset + at, firstWanted)) {
            return true;
          }
        }
        keep(piece, at, piece.length, firstWanted);
        offset += piece.length;
        return false;
      }

      /** Of a line that nobody wants, the beginning may still be a heading. */
      private void keep(byte[] piece, int from, int to, long firstWanted) {
        int most = line >= firstWanted ? kept.length : LONGEST_HEADING;
        int taken = Math.clamp(most - length, 0, to - from);
        System.arraycopy(piece, from, kept, length, taken);
        length += taken;
        cut |= taken < to - from;
      }

      /** The line is whole; the next one begins at this offset. */
      private boolean ends(long next, long firstWanted) {
        step = heading().orElse(step);
        boolean done = line >= firstWanted && found(line, step, kept, length, cut);
        line++;
        length = 0;
        cut = false;
        index.begins(line, next, step);
        return done;
      }

      /** Takes a last line that has no end; false when there is none. */
      boolean end(long firstWanted) {
        if (length > 0 && line >= firstWanted) {
          found(line, heading().orElse(step), kept, length, cut);
        }
        return length > 0;
      }

      private java.util.Optional<String> heading() {
        if (length < HEADING.length() + 2 || kept[0] != '=' || kept[1] != '=' || kept[2] != ' ') {
          return java.util.Optional.empty();
        }
        String said =
            new String(
                kept,
                HEADING.length(),
                Math.min(length, LONGEST_HEADING) - HEADING.length(),
                StandardCharsets.UTF_8);
        int colon = said.indexOf(": ");
        return colon <= 0
            ? java.util.Optional.empty()
            : java.util.Optional.of(said.substring(0, colon));
      }
    }
  }
}
