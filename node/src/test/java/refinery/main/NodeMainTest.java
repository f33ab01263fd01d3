package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that cannot start says why in one line. */
class NodeMainTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  @TempDir private Path temp;

  @Test
  void aTakenArteryPortIsOneLineThatNamesTheOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostPort artery = new HostPort("127.0.0.1", taken.getLocalPort());
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          NodeMain.run(
              options(artery),
              true,
              new PrintStream(new ByteArrayOutputStream()),
              new PrintStream(err));
      assertThat(err.toString().lines())
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .startsWith("refinery: --artery: ")
                      .contains(artery.toString(), "Address already in use"));
      assertThat(code).isEqualTo(2);
    }
  }

  @Test
  void aPasswordInTheDatabasesAddressIsWarnedOfAndNeverRepeated() throws Exception {
    try (ServerSocket none = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = none.getLocalPort();
      none.close();
      String url = "jdbc:postgresql://127.0.0.1:" + port + "/refinery?user=me&password=s3cret";
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int code =
          NodeMain.run(
              options(ANY, Optional.of(url)), true, new PrintStream(out), new PrintStream(out));
      assertThat(code).isEqualTo(2);
      assertThat(out.toString())
          .contains("warning", "--db", "REFINERY_DB_PASSWORD")
          .doesNotContain("s3cret");
    }
  }

  private NodeOptions options(HostPort artery) {
    return options(artery, Optional.empty());
  }

  private NodeOptions options(HostPort artery, Optional<String> db) {
    NodeOptions shipped = NodeOptions.defaults();
    return new NodeOptions(
        temp,
        ANY,
        ANY,
        artery,
        List.of(),
        Set.of(),
        shipped.cpus(),
        shipped.memory(),
        shipped.disk(),
        db,
        Map.of(),
        Optional.empty());
  }
}
