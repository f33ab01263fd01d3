package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantificationReaderTest {
  private static final String SALMON = "Name\tLength\tEffectiveLength\tTPM\tNumReads\n";
  private static final Optional<TranscriptIds> ANY = Optional.empty();

  private static Quantification read(
      String text, QuantificationFormat format, Optional<TranscriptIds> expected)
      throws IOException, UnusableInput {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // A stream that gives a few bytes at a time, as a connection may.
    InputStream slow =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] into, int from, int length) {
            return super.read(into, from, Math.min(length, 7));
          }
        };
    return QuantificationReader.read("S", slow, format, expected);
  }

  private static Quantification salmon(String rows) throws IOException, UnusableInput {
    return read(SALMON + rows, QuantificationFormat.SALMON, ANY);
  }

  @Test
  void readsSalmon() throws Exception {
    Quantification sample = salmon("t1\t100\t50.25\t1.500000\t2.000\nt é\t7\t1\t0\t3e-05\n");
    assertThat(sample.ids().name(0)).isEqualTo("t1");
    assertThat(sample.ids().name(1).getBytes(StandardCharsets.ISO_8859_1))
        .isEqualTo("t é".getBytes(StandardCharsets.UTF_8));
    assertThat(sample.lengths()).containsExactly(100, 7);
    assertThat(sample.effectiveLengths()).containsExactly(50.25, 1);
    assertThat(sample.tpm()).containsExactly(1.5, 0);
    assertThat(sample.counts()).containsExactly(2, 3e-5);
  }

  @Test
  void readsKallisto() throws Exception {
    Quantification sample =
        read(
            "target_id\tlength\teff_length\test_counts\ttpm\nt1\t100\t50.5\t12\t1.23457e+06\n",
            QuantificationFormat.KALLISTO,
            ANY);
    assertThat(sample.counts()).containsExactly(12);
    assertThat(sample.tpm()).containsExactly(1.23457e6);
  }

  @Test
  void readsRsem() throws Exception {
    Quantification transcripts =
        read(
            "transcript_id\tgene_id\tlength\teffective_length\texpected_count\tTPM\tFPKM\tIsoPct\n"
                + "t1\tg1\t100\t0.00\t3.00\t2.50\t1.00\t100.00\nt2\tg1\t90\t7.5\t1\t0\t0\t0\n",
            QuantificationFormat.RSEM_ISOFORMS,
            ANY);
    assertThat(transcripts.effectiveLengths()).containsExactly(1, 7.5);
    assertThat(transcripts.counts()).containsExactly(3, 1);
    assertThat(transcripts.tpm()).containsExactly(2.5, 0);
    Quantification genes =
        read(
            "gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM\n"
                + "g1\tt1,t2\t100\t0.00\t3.00\t2.50\t1.00\n",
            QuantificationFormat.RSEM_GENES,
            ANY);
    assertThat(genes.ids().name(0)).isEqualTo("g1");
    assertThat(genes.effectiveLengths()).containsExactly(0);
  }

  @Test
  void readsTablesLongerThanItsBuffer() throws Exception {
    StringBuilder text = new StringBuilder(SALMON);
    for (int i = 0; i < 20_000; i++) {
      text.append("transcript").append(i).append("\t1\t2.5\t").append(i).append("\t1.125\n");
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    Quantification first =
        QuantificationReader.read(
            "A", new ByteArrayInputStream(bytes), QuantificationFormat.SALMON, ANY);
    Quantification again =
        QuantificationReader.read(
            "B",
            new ByteArrayInputStream(bytes),
            QuantificationFormat.SALMON,
            Optional.of(first.ids()));
    assertThat(again.ids()).isSameAs(first.ids());
    for (Quantification sample : List.of(first, again)) {
      assertThat(sample.tpm()).hasSize(20_000).startsWith(0, 1, 2).endsWith(19_998, 19_999);
    }
    assertThat(first.ids().name(19_999)).isEqualTo("transcript19999");
    String longName = "x".repeat(600_000);
    assertThat(salmon(longName + "\t1\t1\t1\t1\n").ids().name(0)).isEqualTo(longName);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "b|1|1|1|1 a|1|1|1|1;         S has b in row 1 where first has a; all",
        "a|1|1|1|1 bb|1|1|1|1;        S has bb in row 2 where first has b; all",
        "a|1|1|1|1;                   S has no more in row 2 where first has b; all",
        "a|1|1|1|1 b|1|1|1|1 c|1|1|1|1; S has c in row 3 where first has no more rows; all",
        "a|1|1|1|1 |1|1|1|1;          S has  in row 2 where first has b; all"
      })
  void namesTheSampleWithOtherRows(String rows, String message, String rest) {
    TranscriptIds expected = TranscriptIds.of("first", List.of("a", "b"));
    String text = SALMON + rows.replace('|', '\t').replace(' ', '\n') + "\n";
    assertThatThrownBy(() -> read(text, QuantificationFormat.SALMON, Optional.of(expected)))
        .isInstanceOf(UnusableInput.class)
        .hasMessage(message + "; " + rest + " samples must have the same rows in the same order");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a|1|1|1;           S has 4 columns of 5 in row 1",
        "a;                 S has 1 columns of 5 in row 1",
        "a|1|1|1|1|1;       S has more than 5 columns in row 1",
        "a|1|1|nan|1;       S has 'nan' as TPM in row 1",
        "a|1|1|-nan|1;      S has '-nan' as TPM in row 1",
        "a|1|1|-1|1;        S has '-1' as TPM in row 1",
        "a|1|1|1|1x;        S has '1x' as NumReads in row 1",
        "a|1|1||1;          S has '' as TPM in row 1",
        "a|1|1|.|1;         S has '.' as TPM in row 1",
        "a|1|1|1e|1;        S has '1e' as TPM in row 1",
        "a|1|1|1e999|1;     S has '1e999' as TPM in row 1",
        "a|1|1|0x1|1;       S has '0x1' as TPM in row 1",
        "a|1|1|1d|1;        S has '1d' as TPM in row 1",
        "a|1|1.2.3|1|1;     S has '1.2.3' as EffectiveLength in row 1"
      })
  void refusesRows(String row, String message) {
    assertThatThrownBy(() -> salmon(row.replace('|', '\t') + "\n"))
        .isInstanceOf(UnusableInput.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "Name\tLength\n", SALMON, SALMON + "a\t1\t1\t1\t1", "Name"})
  void refusesWhatIsNoWholeTable(String text) {
    assertThatThrownBy(() -> read(text, QuantificationFormat.SALMON, ANY))
        .isInstanceOf(UnusableInput.class)
        .hasMessageStartingWith("S ");
  }

  @Provide
  Arbitrary<String> numbers() {
    Arbitrary<Double> anywhere =
        Arbitraries.longs().between(0, 0x7FEFFFFFFFFFFFFFL).map(Double::longBitsToDouble);
    Arbitrary<Double> usual = Arbitraries.doubles().between(0, 1e7);
    Arbitrary<String> formats = Arbitraries.of("%.0f", "%.3f", "%.6f", "%.17g", "%.6e", "%.2E");
    return Arbitraries.oneOf(
        anywhere.map(String::valueOf),
        usual.map(String::valueOf),
        usual.flatMap(value -> formats.map(format -> String.format(Locale.ROOT, format, value))),
        Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(30),
        Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(25).map(text -> "0." + text));
  }

  @Property
  void readsEveryNumberAsTheJdkDoes(@ForAll("numbers") String text) {
    Decimals decimals = new Decimals();
    byte[] buffer = (" " + text + "\t").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(decimals.read(buffer, 1)).isEqualTo(Double.parseDouble(text));
    assertThat(decimals.end()).isEqualTo(buffer.length - 1);
  }
}
