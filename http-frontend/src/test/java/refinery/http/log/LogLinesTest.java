package refinery.http.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.http.log.LogPage.Line;
import refinery.http.log.LogPage.Question;

class LogLinesTest {
  /** A log in memory that counts what is read of it, and grows if told so. */
  private static final class Text implements LogBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final boolean grows;
    private long read;

    Text(String text, boolean grows) {
      bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      this.grows = grows;
    }

    void add(String more) {
      bytes.writeBytes(more.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String name() {
      return "text";
    }

    @Override
    public OptionalLong size() {
      return grows ? OptionalLong.empty() : OptionalLong.of(bytes.size());
    }

    @Override
    public byte[] read(long offset, int most) {
      byte[] all = bytes.toByteArray();
      int from = (int) Math.min(offset, all.length);
      int to = (int) Math.min(all.length, (long) from + most);
      read += to - from;
      return Arrays.copyOfRange(all, from, to);
    }

    @Override
    public void close() {}
  }

  private static final Question ALL =
      new Question(1, 5000, false, Optional.empty(), Optional.empty(), Optional.empty());

  private static Question from(long line, int most) {
    return new Question(line, most, false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Question tail(int most) {
    return new Question(1, most, true, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Question containing(String text) {
    return new Question(1, 100, false, Optional.of(text), Optional.empty(), Optional.empty());
  }

  private static List<Long> numbers(LogPage page) {
    return page.items().stream().map(Line::line).toList();
  }

  private static String numbered(int lines) {
    StringBuilder text = new StringBuilder("== first: begins\n");
    IntStream.rangeClosed(2, lines).forEach(i -> text.append("line ").append(i).append('\n'));
    return text.toString();
  }

  @Test
  void linesAreFoundByNumber() throws Exception {
    LogLines lines = new LogLines();
    Text log = new Text(numbered(100_000), false);
    LogPage page = lines.read(log, from(54_321, 3));
    assertThat(numbers(page)).containsExactly(54_321L, 54_322L, 54_323L);
    assertThat(page.items().getFirst().text()).isEqualTo("line 54321");
    assertThat(page.items().getFirst().step()).isEqualTo("first");
    assertThat(page.next()).hasValue(54_324);
    assertThat(page.lines()).isEmpty();
    assertThat(numbers(lines.read(log, tail(2)))).containsExactly(99_999L, 100_000L);
    log.read = 0;
    assertThat(lines.read(log, from(77_777, 1)).items().getFirst().text()).isEqualTo("line 77777");
    assertThat(log.read).as("only what is near it is read again").isLessThanOrEqualTo(512 * 1024);
    assertThat(lines.read(log, from(1, 1)).lines()).hasValue(100_000);
    assertThat(lines.read(log, from(100_001, 1)).items()).isEmpty();
  }

  @Test
  void aLastLineWithoutAnEndCounts() throws Exception {
    LogLines lines = new LogLines();
    Text log = new Text("a\nb", true);
    assertThat(numbers(lines.read(log, tail(10)))).containsExactly(1L, 2L);
    assertThat(lines.read(log, ALL).lines()).hasValue(2);
    log.add("c\nd\n");
    LogPage page = lines.read(log, from(2, 10));
    assertThat(page.items()).extracting(Line::text).containsExactly("bc", "d");
    assertThat(page.lines()).hasValue(3);
    assertThat(page.next()).isEmpty();
    assertThat(new LogLines().read(new Text("", false), tail(5)).items()).isEmpty();
  }

  @Test
  void stepsAndStreamsAreToldApart() throws Exception {
    LogLines lines = new LogLines();
    Text log =
        new Text("hello\n== trim: fastp\n100 reads\n== quant: salmon\nno READS\n==x\n", false);
    LogPage all = lines.read(log, ALL);
    assertThat(all.items())
        .extracting(Line::step)
        .containsExactly("", "trim", "trim", "quant", "quant", "quant");
    Question ofStep =
        new Question(1, 9, false, Optional.empty(), Optional.of("quant"), Optional.empty());
    assertThat(numbers(lines.read(log, ofStep))).containsExactly(4L, 5L, 6L);
    Question ours =
        new Question(1, 9, false, Optional.empty(), Optional.empty(), Optional.of(true));
    assertThat(numbers(lines.read(log, ours))).containsExactly(2L, 4L);
    Question tools =
        new Question(1, 9, true, Optional.of("reads"), Optional.empty(), Optional.of(false));
    assertThat(numbers(lines.read(log, tools))).containsExactly(3L, 5L);
  }

  @Test
  void aSearchIsBoundedAndGoesOn() throws Exception {
    LogLines lines = new LogLines();
    Text log = new Text("needle\n".repeat(250), false);
    LogPage page = lines.read(log, containing("NEEDLE"));
    assertThat(page.items()).hasSize(100);
    assertThat(page.next()).hasValue(101);
    assertThat(lines.read(log, containing("hay")).items()).isEmpty();
  }

  @Test
  void longLinesAreCutAndPagesBounded() throws Exception {
    LogLines lines = new LogLines();
    Text log = new Text(("ä".repeat(300_000) + "\nshort\n").repeat(2), false);
    LogPage page = lines.read(log, ALL);
    assertThat(page.items()).extracting(Line::cut).containsExactly(true, false, true, false);
    assertThat(page.items().getFirst().text()).hasSize(LogLines.LONGEST);
    Text wide = new Text(("x".repeat(4_000) + "\n").repeat(1_000), false);
    LogPage first = new LogLines().read(wide, ALL);
    assertThat(first.items()).hasSizeBetween(200, 300);
    assertThat(first.next()).hasValue(first.items().size() + 1L);
  }
}
