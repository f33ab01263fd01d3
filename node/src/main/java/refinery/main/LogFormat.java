package refinery.main;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import com.typesafe.config.Config;
import java.net.URL;
import java.util.Arrays;
import java.util.Locale;
import org.slf4j.LoggerFactory;
import refinery.configuration.ConfigurationException;

/**
 * How the log of this JVM is written. What is logged before the configuration is read is text. A
 * logback file of the operator's own ({@code -Dlogback.configurationFile}) is left alone.
 */
enum LogFormat {
  TEXT,
  JSON;

  static final String KEY = "refinery.log.format";
  private static final String NODE = "node";

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static LogFormat from(Config config) {
    String word = config.getString(KEY);
    return Arrays.stream(values())
        .filter(format -> format.word().equals(word))
        .findFirst()
        .orElseThrow(
            () -> new ConfigurationException(KEY + " must be text or json, not '" + word + "'"));
  }

  /** Writes in this format from now on. The format belongs to the JVM, not to a node. */
  void apply() {
    URL file = LogFormat.class.getResource("/logback.xml");
    boolean same = System.getProperty(KEY, TEXT.word()).equals(word());
    if (same
        || file == null
        || System.getProperty("logback.configurationFile") != null
        || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    System.setProperty(KEY, word());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    context.reset();
    try {
      configurator.doConfigure(file);
    } catch (JoranException e) {
      throw new ConfigurationException(KEY + ": " + e.getMessage());
    }
  }

  /** Every line in JSON says this from now on. */
  static void ofNode(String id) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.putProperty(NODE, id);
    }
  }
}
