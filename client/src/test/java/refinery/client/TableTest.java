package refinery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
  @Test
  void alignsTextLeftAndNumbersRight() {
    Table table = new Table("NAME", "COUNT");
    table.row("a", "5");
    table.row("longer", "12345");
    assertThat(table.render()).isEqualTo("NAME    COUNT\na           5\nlonger  12345\n");
  }

  @Test
  void fitsTheTerminalByItsWidestTextsAndKeepsTheFirstColumn() {
    Table table = new Table("ID", "KEY", "COUNT");
    table.row("job-0123456789", "waiting for an index", "12345");
    table.row("job-1", "done", "1");
    assertThat(table.render(40).lines())
        .containsExactly(
            "ID              KEY                COUNT",
            "job-0123456789  waiting for an i\u2026  12345",
            "job-1           done                   1");
    assertThat(table.render(1).lines().toList().get(1))
        .isEqualTo("job-0\u2026  waiti\u2026  12345");
  }

  @Test
  void statesAreCutAfterOtherTexts() {
    Table table = new Table("ID", "KEY", "STATE", "TRY");
    table.row("job-0123456789", "SRR0123456789", "succeeded", "1");
    assertThat(table.render(41)).endsWith("job-0123456789  SRR01234\u2026  succeeded    1\n");
    assertThat(table.render(1)).endsWith("job-0\u2026  SRR01\u2026  succe\u2026    1\n");
  }

  @Test
  void reasonsThatDoNotFitGoBelowTheirRows() {
    Table table = new Table("ID", "COUNT", "REASON");
    table.row("job-0123456789", "12345", "waiting for the index of homo_sapiens and more");
    table.row("job-1", "1", "");
    table.row("job-2", "1", "w".repeat(200));
    assertThat(table.render(30).lines())
        .containsExactly(
            "ID              COUNT",
            "job-0123456789  12345",
            "    waiting for the index of",
            "    homo_sapiens and more",
            "job-1               1",
            "job-2               1",
            "    " + "w".repeat(26),
            "    " + "w".repeat(26),
            "    " + "w".repeat(25) + "\u2026");
    assertThat(table.render())
        .contains("job-0123456789  12345  waiting for the index of homo_sapiens and more\n");
  }

  @Test
  void coloursMoveNoColumnAndPipesGetAllWords() {
    Table table = new Table("STATE", "WHY");
    String words = "word ".repeat(100).strip();
    table.row("failed", words);
    table.row("archived", "failed to end");
    assertThat(table.render(30, Colours::painted))
        .contains("\n\u001b[31mfailed\u001b[0m\n    word");
    assertThat(table.render(30, Colours::painted)).contains("\narchived\n    failed to end\n");
    assertThat(table.render()).contains(words).doesNotContain("\u001b");
  }

  @Test
  void agesAreWordsOfAPerson() {
    Instant now = Instant.parse("2026-01-02T00:00:00Z");
    assertThat(Units.age("2026-01-01T23:56:48.123456789Z", now)).isEqualTo("3m 11s");
    assertThat(Units.age("2026-01-02T00:00:05Z", now)).isEqualTo(Units.time(Duration.ZERO));
    assertThat(Units.age("", now)).isEmpty();
  }

  @Test
  void hostileTextStaysOnItsLine() {
    Table table = new Table("A");
    table.row("x\u001b[2J\ny\u202e");
    assertThat(table.render()).isEqualTo("A\nx[2J y\n");
    assertThat(Table.printable("x".repeat(99), 10)).isEqualTo("xxxxxxx...");
  }

  @ParameterizedTest
  @CsvSource({
    "8G,8589934592",
    "512MiB,536870912",
    "1.5k,1536",
    "10GB,10000000000",
    "7,7",
    "2 TiB,2199023255552"
  })
  void readsSizes(String text, long bytes) {
    assertThat(Units.bytes(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "G", "-1G", "0", "8X", "1e9", "99999999999T", "8 G B"})
  void refusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> Units.bytes(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void writesSizesAndTimes() {
    assertThat(Units.size(1_000)).isEqualTo("1000 B");
    assertThat(Units.size(1_610_612_736)).isEqualTo("1.5 GiB");
    assertThat(Units.time(Duration.ofSeconds(59))).isEqualTo("59s");
    assertThat(Units.time(Duration.ofSeconds(7_500))).isEqualTo("2h 05m");
  }

  @Test
  void columnsAreChosenAndRowsSortedAsNumbersOrTexts() {
    Table table = new Table("ID", "JOBS", "AGE");
    table.row("b", "9", "1 h");
    table.row("a", "10", "2 min");
    assertThat(table.columns(List.of("jobs", "id")).render())
        .isEqualTo("JOBS  ID\n   9  b\n  10  a\n");
    assertThat(table.sorted("-jobs").columns(List.of("id")).render()).isEqualTo("ID\na\nb\n");
    assertThat(table.sorted("id").columns(List.of("id")).render()).isEqualTo("ID\na\nb\n");
    assertThat(table.sorted("-age").columns(List.of("id")).render())
        .as("as listed, turned round")
        .isEqualTo("ID\na\nb\n");
    assertThatThrownBy(() -> table.sorted("size"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("there are id, jobs, age");
  }

  @Test
  void sizesAndPartsOfAWholeAreSortedAsNumbers() {
    Table nodes = new Table("ID", "CPU", "MEMORY");
    nodes.row("a", "10.0/16.0", "900.0 MiB/8.0 GiB");
    nodes.row("b", "2.0/16.0", "1.5 GiB/8.0 GiB");
    nodes.row("c", "0.0/16.0", "0 B/8.0 GiB");
    assertThat(nodes.sorted("cpu").columns(List.of("id")).render()).isEqualTo("ID\nc\nb\na\n");
    assertThat(nodes.sorted("memory").columns(List.of("id")).render()).isEqualTo("ID\nc\na\nb\n");
  }

  @Test
  void whatIsWideTakesTwoColumnsAndNoCharacterIsCutInTwo() {
    Table table = new Table("ID", "TITLE", "COUNT");
    table.row("a", "\u6c34\u7a3b", "1");
    table.row("b", "e\u0301te", "2");
    assertThat(table.render())
        .isEqualTo("ID  TITLE  COUNT\na   \u6c34\u7a3b       1\nb   e\u0301te        2\n");
    Table pictures = new Table("ID", "TITLE", "COUNT");
    pictures.row("job-0123456789", "\ud83e\uddec".repeat(20), "1");
    String cut = pictures.render(33);
    assertThat(cut).contains("job-0123456789  " + "\ud83e\uddec".repeat(4) + "\u2026  ");
    assertThat(cut.lines()).allMatch(line -> Columns.of(line) <= 33);
    assertThat(Table.printable("\ud83e\uddec".repeat(9), 10))
        .isEqualTo("\ud83e\uddec".repeat(3) + "...");
    assertThat(Redrawing.inPlace("\ud83e\uddec\ud83e\uddec\n", 1, 3))
        .isEqualTo("\u001b[H\ud83e\uddec\r\n\u001b[J");
  }

  @Test
  void aViewIsDrawnOverTheOldOneWithoutClearingItFirst() {
    String drawn = Redrawing.inPlace("one\ntwo\nthree\n", 2, 80);
    assertThat(drawn).isEqualTo("\u001b[Hone\u001b[K\r\ntwo\u001b[K\r\n\u001b[J");
    assertThat(Redrawing.inPlace("long\n\u001b[32mup\u001b[0m and\u001b[31m", 2, 3))
        .as("colours take no room and are not cut")
        .isEqualTo("\u001b[Hlon\r\n\u001b[32mup\u001b[0m \u001b[31m\r\n\u001b[J");
  }
}
