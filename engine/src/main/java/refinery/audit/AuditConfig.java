package refinery.audit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * The settings below {@code refinery.audit}.
 *
 * @param keep age of the oldest entries
 * @param most entries; of more, the oldest go
 */
public record AuditConfig(Duration keep, long most) {
  private static final String PATH = "refinery.audit";
  private static final int LEAST = 1_000;

  public AuditConfig {
    if (keep.toHours() < 1) {
      throw new ConfigException.Generic(PATH + ".keep is less than an hour");
    }
    if (most < LEAST) {
      throw new ConfigException.Generic(PATH + ".most is less than " + LEAST);
    }
  }

  public static AuditConfig from(Config root) {
    Config config = root.getConfig(PATH);
    return new AuditConfig(config.getDuration("keep"), config.getLong("most"));
  }
}
