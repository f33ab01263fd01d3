package refinery.quality;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is measured of a run. Its name says its unit. A read is a fragment: both mates of a pair
 * count as one.
 */
public enum Measure {
  STATED_READS(Unit.READS, "reads that the archive states"),
  DOWNLOADED_READS(Unit.READS, "reads counted in the downloaded files, with those without mate"),
  READS_WITHOUT_MATE(Unit.READS, "reads set aside since their mate is not there"),
  PROCESSED_READS(Unit.READS, "reads that the quantifier has read"),
  MAPPED_READS(Unit.READS, "reads that the quantifier has mapped"),
  MAPPING_RATE_PERCENT(Unit.PERCENT, "mapped reads of those processed"),
  UNIQUELY_MAPPED_PERCENT(Unit.PERCENT, "reads mapped to one transcript of those processed"),
  PROCESSED_READS_PER_GENE(Unit.READS_PER_GENE, "processed reads for each gene of the index"),
  MAPPED_READS_PER_GENE(Unit.READS_PER_GENE, "mapped reads for each gene of the index"),
  LIBRARY_AGREEMENT_PERCENT(Unit.PERCENT, "mapped reads that fit the expected library type"),
  PASSED_FILTER_PERCENT(Unit.PERCENT, "reads that passed the trimmer's filters"),
  DUPLICATE_RATE_PERCENT(Unit.PERCENT, "reads that repeat another one"),
  RRNA_RATE_PERCENT(
      Unit.PERCENT, "reads of transcripts that the index calls ribosomal RNA, of those processed");

  private final Unit unit;
  private final String description;

  /** The unit of a value. */
  enum Unit {
    READS("reads"),
    PERCENT("percent"),
    READS_PER_GENE("reads per gene");

    private final String words;

    Unit(String words) {
      this.words = words;
    }
  }

  Measure(Unit unit, String description) {
    this.unit = unit;
    this.description = description;
  }

  /** The name in rules and results, e.g. {@code mapping_rate_percent}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String unit() {
    return unit.words;
  }

  public String description() {
    return description;
  }

  /** True when values are whole numbers. */
  boolean isCount() {
    return unit == Unit.READS;
  }

  public static Optional<Measure> of(String word) {
    return Arrays.stream(values()).filter(measure -> measure.word().equals(word)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).map(Measure::word).toList();
  }

  /** A value with its unit, e.g. {@code 95.77 %}, with at most four decimals. */
  public String show(double value) {
    String unitText = unit == Unit.PERCENT ? "%" : unit.words;
    return number(value) + " " + unitText;
  }

  static String number(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(4, RoundingMode.HALF_EVEN);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
