package refinery.readmodel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;
import refinery.database.DatabaseException;

/** The files of pipelines that any node of this database has had, by their SHA-256. Thread-safe. */
public final class KeptPipelineFiles {
  private final SqlExecutor sql;

  public KeptPipelineFiles(SqlExecutor sql) {
    this.sql = sql;
  }

  /**
   * A pipeline's file.
   *
   * @param name of the pipeline
   */
  public record KeptFile(String name, String text) {}

  /**
   * Keeps what is not kept yet. Blocking.
   *
   * @param files by their SHA-256
   * @throws DatabaseException when the database does not answer
   */
  public static void keep(DataSource database, Map<String, KeptFile> files) {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into pipeline_file (sha256, name, content) values (?, ?, ?) on conflict do"
                    + " nothing")) {
      for (Map.Entry<String, KeptFile> file : files.entrySet()) {
        insert.setString(1, file.getKey());
        insert.setString(2, file.getValue().name());
        insert.setString(3, file.getValue().text());
        insert.addBatch();
      }
      insert.executeBatch();
    } catch (SQLException e) {
      throw new DatabaseException("cannot keep the pipelines' files: " + e.getMessage(), e);
    }
  }

  /** The file with this SHA-256, if a node has had it. Does not block. */
  public CompletionStage<Optional<String>> find(String sha256) {
    return sql.run(
        connection ->
            new Query("select content from pipeline_file where sha256 = ?", sha256)
                .list(connection, row -> row.getString(1)).stream().findFirst());
  }
}
