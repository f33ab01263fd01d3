package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.database.Database;
import refinery.database.DatabaseAddress;
import refinery.testing.TestDatabase;

class ReadModelCommandTest {
  private final StringWriter said = new StringWriter();

  private int run(String... args) {
    PrintWriter writer = new PrintWriter(said, true);
    return RefineryCommand.run(writer, writer, args);
  }

  @Test
  void aRowThatTheJournalDoesNotKnowIsFoundAndRemoved() throws Exception {
    DatabaseAddress address = TestDatabase.freshAddress();
    try (Database database = Database.open(address);
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "insert into listed_artifact values ('ab', 'nobody', 'x', 'x', 1, 'text/plain')");
    }
    String db =
        address.url()
            + "?user="
            + address.user()
            + "&password="
            + NodeClient.encoded(address.password());

    assertThat(run("read-model", "verify", "--db", db)).as(said.toString()).isEqualTo(1);
    assertThat(said.toString())
        .contains("1 rows differ", "listed_artifact ab nobody: not in the journal");
    assertThat(run("read-model", "rebuild", "--db", db)).as(said.toString()).isZero();
    assertThat(run("read-model", "verify", "--db", db)).as(said.toString()).isZero();
  }

  @Test
  void aDirectoryWithoutADatabaseIsRefusedAndStaysAsItIs(@TempDir Path dir) {
    assertThat(run("read-model", "verify", "--dir", dir.toString()))
        .isEqualTo(CommandFailure.USAGE);
    assertThat(said.toString()).contains("has no node's database");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void whatItCannotDoIsWrongUsage() {
    assertThat(run("read-model", "repair")).isEqualTo(CommandFailure.USAGE);
    assertThat(said.toString()).contains("'repair' is neither verify nor rebuild");
  }
}
