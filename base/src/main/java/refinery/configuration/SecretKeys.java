package refinery.configuration;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Knows which keys hold secrets. Their values appear in no message and are not accepted on the
 * command line, which every user of the machine can read while the process runs.
 */
final class SecretKeys {
  static final Set<String> OURS =
      Set.of(
          "refinery.archives.ncbi.api-key",
          "refinery.http.auth.tokens",
          "refinery.notifications.webhook.token",
          "refinery.notifications.webhook.secret",
          "refinery.notifications.slack.url");

  /** How libraries name keys that hold secrets. Keys that name files with secrets do not match. */
  private static final Pattern THEIRS =
      Pattern.compile("(?i)(.*[._-])?(password|passwd|passphrase|secret|secret-?key|token)");

  private static final Pattern LOGIN_IN_ADDRESS = Pattern.compile("(?s).*://[^/?#]*@.*");

  private SecretKeys() {}

  /**
   * True when the key holds a secret.
   *
   * @param path as a {@link Config} renders it, with quotes where needed
   */
  static boolean isSecret(String path) {
    String plain = String.join(".", ConfigUtil.splitPath(path));
    return plain.startsWith("refinery.") ? OURS.contains(plain) : THEIRS.matcher(plain).matches();
  }

  /**
   * Throws when {@code --set} gives a secret, or an address with a login in it. The message says
   * how to give it instead.
   */
  static void refuseOnCommandLine(Config sets, Config known) {
    for (Map.Entry<String, ConfigValue> entry : sets.entrySet()) {
      String path = entry.getKey();
      boolean secret = isSecret(path) && !isEmpty(entry.getValue());
      if (secret || hasLogin(entry.getValue())) {
        throw new ConfigurationException(
            "--set %s: other users of this machine would see the secret in the list of processes;"
                    .formatted(path)
                + variable(path, known).map(name -> " set " + name + " instead, or").orElse("")
                + " put it into a file that only you can read and give that by --config FILE");
      }
    }
  }

  private static boolean isEmpty(ConfigValue value) {
    return value.unwrapped().equals("") || value.unwrapped().equals(List.of());
  }

  private static boolean hasLogin(ConfigValue value) {
    return LOGIN_IN_ADDRESS.matcher(value.unwrapped().toString()).matches();
  }

  private static Optional<String> variable(String path, Config known) {
    return known.hasPathOrNull(path) && path.startsWith("refinery.")
        ? Optional.of(variable(path))
        : Optional.empty();
  }

  /** The environment variable that sets a key under {@code refinery}. */
  static String variable(String path) {
    return String.join(".", ConfigUtil.splitPath(path))
        .toUpperCase(Locale.ROOT)
        .replaceAll("[^A-Z0-9]", "_");
  }
}
