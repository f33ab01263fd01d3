package refinery.readmodel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * An SQL statement with its parameters, built piece by piece. Values never become part of the text.
 * Not thread-safe.
 */
final class Query {
  /** Reads one row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private final StringBuilder sql = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();

  Query(String text, Object... values) {
    add(text, values);
  }

  Query add(String text, Object... values) {
    sql.append(text).append('\n');
    parameters.addAll(List.of(values));
    return this;
  }

  /** Adds another statement as a part of this one. */
  Query add(Query part) {
    sql.append(part.sql);
    parameters.addAll(part.parameters);
    return this;
  }

  /** The same statement under {@code explain (analyze)}, which runs it and gives its plan. */
  Query explained() {
    Query explained = new Query("explain (analyze)");
    explained.add(sql.toString(), parameters.toArray());
    return explained;
  }

  <T> List<T> list(Connection connection, Row<T> reader) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
      for (int i = 0; i < parameters.size(); i++) {
        bind(connection, statement, i + 1, parameters.get(i));
      }
      try (ResultSet rows = statement.executeQuery()) {
        List<T> result = new ArrayList<>();
        while (rows.next()) {
          result.add(reader.read(rows));
        }
        return result;
      }
    }
  }

  <T> Optional<T> first(Connection connection, Row<T> reader) throws SQLException {
    return list(connection, reader).stream().findFirst();
  }

  private static void bind(
      Connection connection, PreparedStatement statement, int index, Object value)
      throws SQLException {
    switch (value) {
      case String text -> statement.setString(index, bindable(text));
      case Long number -> statement.setLong(index, number);
      case Integer number -> statement.setInt(index, number);
      case java.time.Instant time -> statement.setObject(index, time.atOffset(ZoneOffset.UTC));
      case Collection<?> texts ->
          statement.setArray(
              index,
              connection.createArrayOf(
                  "text", texts.stream().map(text -> bindable(text.toString())).toArray()));
      case Object other -> throw new IllegalArgumentException("cannot bind " + other.getClass());
    }
  }

  /** PostgreSQL's text has no U+0000. */
  private static String bindable(String text) {
    return text.replace("\0", "");
  }
}
