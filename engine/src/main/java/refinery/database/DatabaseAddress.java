package refinery.database;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * Where the database is, and the login to it. Its text shows neither the password nor parameters of
 * the URL.
 *
 * @param url {@code jdbc:postgresql://host:port/name?...}, without user and password
 */
public record DatabaseAddress(String url, String user, String password) {
  private static final String SCHEME = "jdbc:postgresql:";

  /**
   * What a patient connection runs first: a server, a database or a role may have limits that would
   * end a long statement.
   */
  static final String PATIENCE =
      """
      select set_config(name, value, false) from pg_settings join (values
        ('statement_timeout', '0'), ('lock_timeout', '0'), ('transaction_timeout', '0'),
        ('idle_session_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
        ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),
        ('tcp_keepalives_count', '6'), ('tcp_user_timeout', '90000')) wanted (name, value) using (name)
      """;

  /**
   * Reads an address as a person gives it. User and password are taken from the parameters of the
   * URL, else from {@code REFINERY_DB_USER} and {@code REFINERY_DB_PASSWORD}, else from {@code
   * PGUSER} and {@code PGPASSWORD}; without any, the user is the one of this process and the
   * password is empty.
   *
   * @throws DatabaseException when it is not a PostgreSQL JDBC URL
   */
  public static DatabaseAddress parse(String text, Map<String, String> environment) {
    if (!text.startsWith(SCHEME)) {
      throw new DatabaseException(
          "--db wants a JDBC URL such as jdbc:postgresql://host:5432/refinery?user=refinery");
    }
    int query = text.indexOf('?');
    String base = query < 0 ? text : text.substring(0, query);
    if (base.contains("@")) {
      throw new DatabaseException(
          "--db: user and password do not go before the host; append ?user=... to the URL and set"
              + " REFINERY_DB_PASSWORD");
    }
    String user = environment.getOrDefault("REFINERY_DB_USER", environment.get("PGUSER"));
    String password =
        environment.getOrDefault("REFINERY_DB_PASSWORD", environment.get("PGPASSWORD"));
    StringJoiner rest = new StringJoiner("&", "?", "").setEmptyValue("");
    for (String parameter : query < 0 ? new String[0] : text.substring(query + 1).split("&")) {
      if (parameter.startsWith("user=")) {
        user = URLDecoder.decode(parameter.substring(5), StandardCharsets.UTF_8);
      } else if (parameter.startsWith("password=")) {
        password = URLDecoder.decode(parameter.substring(9), StandardCharsets.UTF_8);
      } else if (!parameter.isEmpty()) {
        rest.add(parameter);
      }
    }
    return new DatabaseAddress(
        base + rest,
        user == null ? System.getProperty("user.name") : user,
        password == null ? "" : password);
  }

  /**
   * True when the URL holds a password, which on a command line every user of the machine can read.
   */
  public static boolean showsPassword(String text) {
    return text.matches("(?s)[^?]*\\?(.*&)?(ssl)?password=[^&].*");
  }

  /**
   * The URL with the settings that connections need. Settings that the URL has already are kept.
   */
  String tuned() {
    return with(url, "socketTimeout=30", "ApplicationName=refinery");
  }

  /**
   * The same for connections whose statements may take any time, whatever limit the URL sets.
   *
   * @param name of the connection, as the server lists it
   */
  String patient(String name) {
    String unlimited = url.replaceAll("(?<=[?&])(socketTimeout|ApplicationName)=[^&]*&?", "");
    return with(unlimited.replaceAll("[?&]$", ""), "socketTimeout=0", "ApplicationName=" + name);
  }

  private static String with(String url, String... own) {
    String tuned = url;
    for (String setting :
        Stream.concat(
                Stream.of("reWriteBatchedInserts=true", "tcpKeepAlive=true", "connectTimeout=10"),
                Stream.of(own))
            .toList()) {
      String name = setting.substring(0, setting.indexOf('=') + 1);
      if (!tuned.contains("?" + name) && !tuned.contains("&" + name)) {
        tuned += (tuned.contains("?") ? "&" : "?") + setting;
      }
    }
    return tuned;
  }

  @Override
  public String toString() {
    return url.replaceAll("\\?.*", "") + " as " + user;
  }
}
