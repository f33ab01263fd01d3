package refinery.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table whose rows are written in groups: one statement with an array for each column, which
 * costs the server about a tenth of one statement for each row. Must not be changed once it is
 * built; then thread-safe.
 */
final class RowTable<R> {
  /**
   * {@code type} is that of the array's elements, {@code cast} that of the column where it differs.
   */
  private record Column<R>(String name, String type, String cast, Function<R, Object> value) {}

  private final String name;
  private final List<Column<R>> columns = new ArrayList<>();
  private String tail = "";
  private String sql = "";

  private RowTable(String name) {
    this.name = name;
  }

  static <R> RowTable<R> named(String name) {
    return new RowTable<>(name);
  }

  RowTable<R> column(String column, String type, Function<R, Object> value) {
    return column(column, type, "", value);
  }

  RowTable<R> column(String column, String type, String cast, Function<R, Object> value) {
    columns.add(new Column<>(column, type, cast, value));
    return this;
  }

  /** A row with a larger {@code seq_nr} replaces the existing one; others are ignored. */
  RowTable<R> replacing(String key) {
    String sets =
        columns.stream()
            .map(column -> column.name() + " = excluded." + column.name())
            .collect(Collectors.joining(", "));
    tail =
        " on conflict ("
            + key
            + ") do update set "
            + sets
            + " where "
            + name
            + ".seq_nr < excluded.seq_nr";
    return this;
  }

  RowTable<R> ignoringKnown() {
    tail = " on conflict do nothing";
    return this;
  }

  /** Completes the statement. The extra columns are SQL expressions; {@code r} is the row. */
  RowTable<R> built(String extraNames, String extraValues, String extraFrom) {
    String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
    String values =
        columns.stream()
            .map(c -> "r." + c.name() + (c.cast().isEmpty() ? "" : "::" + c.cast()))
            .collect(Collectors.joining(", "));
    String arrays =
        columns.stream().map(c -> "?::" + c.type() + "[]").collect(Collectors.joining(", "));
    sql =
        "insert into "
            + name
            + " ("
            + names
            + extraNames
            + ") select "
            + values
            + extraValues
            + " from unnest("
            + arrays
            + ") with ordinality as r ("
            + names
            + ", place)"
            + extraFrom
            + " order by r.place"
            + tail;
    return this;
  }

  RowTable<R> built() {
    return built("", "", "");
  }

  void write(Connection connection, Collection<R> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i : IntStream.range(0, columns.size()).toArray()) {
        Column<R> column = columns.get(i);
        Object[] values = rows.stream().map(column.value()).toArray();
        statement.setArray(i + 1, connection.createArrayOf(column.type(), typed(column, values)));
      }
      statement.executeUpdate();
    }
  }

  private static Object[] typed(Column<?> column, Object[] values) {
    if (!column.type().equals("bytea")) {
      return values;
    }
    byte[][] bytes = new byte[values.length][];
    System.arraycopy(values, 0, bytes, 0, values.length);
    return bytes;
  }
}
