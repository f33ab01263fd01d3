package refinery.http.forecast;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * {@code refinery.prices}: what work costs. A price that is empty makes no line of money.
 *
 * @param currency as ISO 4217 writes it
 * @param cpuHour of one cpu for one hour
 * @param gbDownloaded of 10^9 bytes from an archive
 * @param gbMonth of 10^9 bytes of outputs, kept for a month
 */
public record Prices(
    String currency, OptionalDouble cpuHour, OptionalDouble gbDownloaded, OptionalDouble gbMonth) {
  private static final String PATH = "refinery.prices";
  private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}([.][0-9]{1,12})?");
  private static final double MOST = 1e9;

  /**
   * Reads and checks the section; the message of a failure names the key.
   *
   * @return empty if nothing is priced
   */
  public static Optional<Prices> from(Config root) {
    OptionalDouble cpuHour = price(root, "cpu-hour");
    OptionalDouble gbDownloaded = price(root, "gb-downloaded");
    OptionalDouble gbMonth = price(root, "gb-month");
    String currency = root.hasPath(PATH + ".currency") ? root.getString(PATH + ".currency") : "";
    if (!currency.isEmpty() && !CURRENCY.matcher(currency).matches()) {
      throw invalid("currency", "is '" + currency + "'; give three capital letters, as EUR");
    }
    if (cpuHour.isEmpty() && gbDownloaded.isEmpty() && gbMonth.isEmpty()) {
      return Optional.empty();
    }
    if (currency.isEmpty()) {
      throw invalid("currency", "is empty, but there is a price; give three capital letters");
    }
    return Optional.of(new Prices(currency, cpuHour, gbDownloaded, gbMonth));
  }

  private static OptionalDouble price(Config root, String key) {
    String path = PATH + "." + key;
    String text = root.hasPath(path) ? root.getString(path).strip() : "";
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (!NUMBER.matcher(text).matches() || Double.parseDouble(text) > MOST) {
      throw invalid(key, "is '" + text + "'; give a number from 0 to 10^9, as 0.04");
    }
    return OptionalDouble.of(Double.parseDouble(text));
  }

  private static ConfigException invalid(String key, String message) {
    return new ConfigException.Generic(PATH + "." + key + " " + message);
  }
}
