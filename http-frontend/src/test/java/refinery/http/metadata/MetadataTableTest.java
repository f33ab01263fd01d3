package refinery.http.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.BatchView;

/** What each form makes of a batch, also of one whose archive is hostile. */
class MetadataTableTest {
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("study_accession", "PRJNA1"),
          Map.entry("sample_accession", "SAMN1"),
          Map.entry("experiment_accession", "SRX1"),
          Map.entry("secondary_study_accession", "SRP1"),
          Map.entry("instrument_model", "Illumina HiSeq 2000"),
          Map.entry("scientific_name", "Homo sapiens"),
          Map.entry("tissue_type", "Normal Liver"),
          Map.entry("sex", "F"),
          Map.entry("age", "12 wks"),
          Map.entry("cell", "hepatocyte"),
          Map.entry("Batch Day (x)", "3"),
          Map.entry(" _Größe--2 [mm] ", "9"),
          Map.entry("(!)", "dropped: it has no name"),
          Map.entry("refinebio_sex", "forged"),
          Map.entry("other_attributes", "mine"));
  private static final Map<String, Harmonised> HARMONISED =
      Map.of(
          "organism", new Harmonised("Homo sapiens", Optional.empty(), "scientific_name", "o"),
          "tissue", new Harmonised("liver", Optional.empty(), "tissue_type", "tissue.3"),
          "sex", new Harmonised("female", Optional.empty(), "sex", "sex.2"),
          "age", new Harmonised("12", Optional.of("week"), "age", "age.weeks"),
          "spots", new Harmonised("10", Optional.empty(), "read_count", "spots.1"),
          "bases", new Harmonised("2000", Optional.of("base"), "base_count", "bases.1"));

  private static BatchView batch(
      String source, BatchState state, Optional<String> reason, Map<String, String> words) {
    return new BatchView(
        BatchId.of("batch-one"),
        List.of(SurveyId.of("survey-one")),
        List.of(),
        source,
        "SRR1",
        "salmon-quant",
        Optional.of("homo_sapiens"),
        words,
        Map.of(),
        List.of(),
        state,
        reason,
        Optional.empty(),
        Instant.EPOCH,
        Instant.EPOCH,
        List.of(
            new BatchView.FileView(
                "SRR1.fastq.gz",
                "fastq.gz",
                List.of(
                    "https://ena.example/vol1/SRR1.fastq.gz",
                    "https://sra-pub-run-odp.s3.amazonaws.com/sra/SRR1/SRR1"),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty())),
        List.of(),
        List.of(),
        Map.of(),
        Optional.empty());
  }

  private static BatchView done(String source) {
    return batch(source, BatchState.DONE, Optional.empty(), WORDS);
  }

  private static Map<String, String> row(MetadataTable table, BatchView batch) {
    Map<String, String> row = new HashMap<>(table.attributes(batch));
    List<String> cells = table.cells(batch, HARMONISED);
    assertThat(cells).hasSameSizeAs(table.columns());
    IntStream.range(0, cells.size()).forEach(i -> row.put(table.columns().get(i), cells.get(i)));
    return row;
  }

  @Test
  void amalgkitFindsItsColumnsAndEveryAttribute() {
    AmalgkitTable table = new AmalgkitTable();
    assertThat(table.columns())
        .hasSize(51)
        .startsWith("scientific_name", "tissue", "sample_group", "genotype")
        .endsWith("NCBI_Link", "AWS_Link", "GCP_Link", "ENA_SRA_Link", "DDBJ_SRA_Link")
        .doesNotHaveDuplicates();
    assertThat(row(table, done("ena")))
        .contains(
            Map.entry("scientific_name", "Homo sapiens"),
            Map.entry("tissue", "liver"),
            Map.entry("sample_group", "liver"),
            Map.entry("age", "12 week"),
            Map.entry("exclusion", "no"),
            Map.entry("is_sampled", "yes"),
            Map.entry("bioproject", "PRJNA1"),
            Map.entry("biosample", "SAMN1"),
            Map.entry("run", "SRR1"),
            Map.entry("spot_length", "200"),
            Map.entry("AWS_Link", "https://sra-pub-run-odp.s3.amazonaws.com/sra/SRR1/SRR1"),
            Map.entry("NCBI_Link", ""),
            Map.entry("tissue_type", "Normal Liver"),
            Map.entry("sample_attribute_age", "12 wks"),
            Map.entry("sample_attribute_cell", "hepatocyte"),
            Map.entry("batch_day", "3"),
            Map.entry("gr_e_2_mm", "9"),
            Map.entry("sample_attribute_other_attributes", "mine"))
        .doesNotContainKeys("study_accession", "cell", "other_attributes", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not selected: rule low_spots: spots is 3, least is 9 | low_spots | no | no",
        "redundant BioSample SAMN1: SRR9 is taken | redundant_biosample | no | no",
        "subsampled: 50 of 312 of homo_sapiens liver, seed 1 | no | yes | no",
        "in the block list: SRP1 | in the block list: SRP1 | no | no",
      })
  void amalgkitReadsWhyARunIsNotUsed(
      String reason, String exclusion, String qualified, String sampled) {
    BatchView skipped = batch("ena", BatchState.CANCELLED, Optional.of(reason), WORDS);
    assertThat(row(new AmalgkitTable(), skipped))
        .contains(
            Map.entry("exclusion", exclusion),
            Map.entry("is_qualified", qualified),
            Map.entry("is_sampled", sampled));
  }

  @Test
  void refinebioFindsItsColumnsAndTheArchivesWords() {
    RefinebioTable table = new RefinebioTable();
    assertThat(table.columns())
        .hasSize(24)
        .startsWith("refinebio_accession_code", "experiment_accession", "refinebio_age")
        .endsWith("refinebio_title", "refinebio_treatment");
    assertThat(table.columns().subList(2, 24)).isSorted();
    assertThat(row(table, done("ena")))
        .contains(
            Map.entry("refinebio_accession_code", "SRR1"),
            Map.entry("experiment_accession", "SRP1"),
            Map.entry("refinebio_age", "12"),
            Map.entry("refinebio_sex", "female"),
            Map.entry("refinebio_organism", "HOMO_SAPIENS"),
            Map.entry("refinebio_platform", "Illumina HiSeq 2000 (IlluminaHiSeq2000)"),
            Map.entry("refinebio_processed", "True"),
            Map.entry("refinebio_source_database", "SRA"),
            Map.entry("refinebio_specimen_part", "liver"),
            Map.entry("sra_experiment_accession", "SRX1"),
            Map.entry("Batch Day (x)", "3"),
            Map.entry("attribute_other_attributes", "mine"));
    assertThat(row(table, done("geo")))
        .contains(
            Map.entry("characteristics_ch1_age", "12 wks"), Map.entry("study_accession", "PRJNA1"));
    assertThat(row(table, done("biostudies")))
        .contains(
            Map.entry("characteristic_age", "12 wks"),
            Map.entry("refinebio_source_database", "ARRAY_EXPRESS"));
  }

  @Test
  void thePlainTableHasTheOriginalAndTheRuleBesideEachValue() {
    PlainTable table = new PlainTable(List.of("tissue", "age", "disease", "read_length"));
    Map<String, String> words = Map.of("read_count", "7", "base_count", "9", "age", "12 wks");
    Harmonised length =
        new Harmonised("1", Optional.of("base"), "base_count, read_count", "read_length.q");
    BatchView skipped = batch("ena", BatchState.CANCELLED, Optional.of("not this"), words);
    Map<String, Harmonised> harmonised =
        Map.of("age", HARMONISED.get("age"), "read_length", length);
    assertThat(table.columns())
        .startsWith("accession", "state", "decision", "reason", "tissue", "tissue_unit");
    assertThat(table.cells(skipped, harmonised))
        .containsExactly(
            "SRR1",
            "cancelled",
            "skip",
            "not this",
            "",
            "",
            "",
            "",
            "",
            "12",
            "week",
            "age",
            "12 wks",
            "age.weeks",
            "",
            "",
            "",
            "",
            "",
            "1",
            "base",
            "base_count, read_count",
            "9, 7",
            "read_length.q");
  }

  static Stream<Arguments> uglyCells() {
    return Stream.of(
        Arguments.of("plain text", "plain text", "plain text"),
        Arguments.of("a\tb", "a\\tb", "\"a\tb\""),
        Arguments.of("a\r\nb", "a\\r\\nb", "\"a\r\nb\""),
        Arguments.of("say \"hi\"", "say \"hi\"", "\"say \"\"hi\"\"\""),
        Arguments.of("\\n is no line", "\\\\n is no line", "\\n is no line"),
        Arguments.of("a\u0000\u0007b", "a b", "a b"),
        Arguments.of("=HYPERLINK(1)", "=HYPERLINK(1)", "=HYPERLINK(1)"),
        Arguments.of("+1", "+1", "+1"),
        Arguments.of("@a", "@a", "@a"),
        Arguments.of("-é漢😀", "-é漢😀", "-é漢😀"));
  }

  @ParameterizedTest
  @MethodSource("uglyCells")
  void noCellEndsItselfOrItsLine(String cell, String backslashed, String quoted) {
    assertThat(Cells.backslashed(cell)).isEqualTo(backslashed);
    assertThat(Cells.quoted(cell)).isEqualTo(quoted);
  }

  @Test
  void thereAreOnlySoManyColumnsOfAttributes() {
    List<String> names =
        IntStream.range(0, 3 * AttributeColumns.MOST).mapToObj("a%05d"::formatted).toList();
    AttributeColumns none = new AttributeColumns(List.of(), false);
    AttributeColumns some = none.and(names.subList(0, AttributeColumns.MOST));
    assertThat(some.others()).isFalse();
    AttributeColumns forwards = some.and(names);
    AttributeColumns backwards = none.and(names.reversed()).and(names.subList(0, 5));
    assertThat(forwards).isEqualTo(backwards);
    assertThat(forwards.names()).isEqualTo(names.subList(0, AttributeColumns.MOST));
    assertThat(forwards.others()).isTrue();
  }
}
