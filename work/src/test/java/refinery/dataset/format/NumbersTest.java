package refinery.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  private static String written(double value) {
    byte[] target = new byte[Numbers.LONGEST];
    int end = Numbers.write(value, TableFile.ABSENT, target, 0);
    return new String(target, 0, end, StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, -0.0",
    "NaN, NA",
    "7, 7",
    "-12.5, -12.5",
    "0.001, 0.001",
    "1234.050, 1234.05",
    "0.000001, 0.000001",
    "100.000000001, 100.000000001",
    "999999999999999, 999999999999999",
    "1000000000000000, 1.0E15",
    "0.1234567891, 0.1234567891",
    "4.9E-324, 4.9E-324",
    "-1.7976931348623157E308, -1.7976931348623157E308",
    "-2.2250738585072014E-308, -2.2250738585072014E-308"
  })
  void examples(double value, String text) {
    assertThat(written(value)).isEqualTo(text);
  }

  @Test
  void whatIsWrittenReadsBackAsTheSameAndIsNoLongerThanJavas() {
    Random random = new Random(1);
    for (int i = 0; i < 300_000; i++) {
      double value =
          switch (i % 4) {
            case 0 -> random.nextInt(1_000_000_000) / Math.pow(10, random.nextInt(10));
            case 1 -> Double.longBitsToDouble(random.nextLong());
            case 2 -> random.nextGaussian() * 1e6;
            default -> -random.nextLong(1L << 53);
          };
      if (Double.isFinite(value)) {
        String text = written(value);
        assertThat(Double.doubleToLongBits(Double.parseDouble(text)))
            .as(text)
            .isEqualTo(Double.doubleToLongBits(value));
        if (Math.abs(value) > 1e-3 && Math.abs(value) < 1e7) {
          assertThat(text.length()).as(text).isLessThanOrEqualTo(Double.toString(value).length());
        }
      }
    }
  }
}
