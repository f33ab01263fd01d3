package refinery.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import refinery.testing.TestDatabase;

/**
 * Another user of the machine wants into the node's database: by the network, by a socket file,
 * with what he finds in files and of processes.
 */
class AnotherUserTest {
  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");

  /**
   * A wrong password, by the server; an empty one, which the driver does not even send; nobody
   * listens, as at ::1 of some machines.
   */
  private static final String REFUSED = "28P01|28000|08004|08001";

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path directory;

  private static EmbeddedPostgres postgres;
  private static List<String> postmaster;

  /** The directory is open to all here, as what protects it otherwise is not judged. */
  @BeforeAll
  static void start() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    postgres = EmbeddedPostgres.start(directory);
    postmaster = Files.readAllLines(directory.resolve("postgres/data/postmaster.pid"));
  }

  @AfterAll
  static void stop() {
    postgres.close();
    TestDatabase.delete(directory);
  }

  private static int port() {
    return Integer.parseInt(postmaster.get(3).strip());
  }

  @Test
  void nobodyConnectsWithoutThePasswordAsWhomeverAndToWhatever() throws SQLException {
    DatabaseAddress right = postgres.address();
    DriverManager.getConnection(right.url(), right.user(), right.password()).close();
    for (String host : List.of("127.0.0.1", "[::1]")) {
      for (String user : List.of("postgres", "root", "nobody", System.getProperty("user.name"))) {
        for (String database : List.of("refinery", "postgres", "template1")) {
          for (String password : List.of("", "postgres", user, "refinery")) {
            Properties login = new Properties();
            login.setProperty("user", user);
            login.setProperty("password", password);
            String url = "jdbc:postgresql://" + host + ":" + port() + "/" + database;
            assertThatThrownBy(() -> DriverManager.getConnection(url, login).close())
                .as(url + " " + user)
                .isInstanceOfSatisfying(
                    SQLException.class,
                    refusal -> assertThat(refusal.getSQLState()).matches(REFUSED));
          }
        }
      }
    }
  }

  @Test
  void everyWayInAsksForThePassword() throws IOException {
    List<String> rules =
        Files.readAllLines(directory.resolve("postgres/data/pg_hba.conf")).stream()
            .map(line -> line.replaceFirst("#.*", "").strip())
            .filter(line -> !line.isEmpty())
            .toList();
    assertThat(rules).isNotEmpty().allMatch(rule -> rule.endsWith(" scram-sha-256"));
    assertThat(rules.stream().filter(rule -> rule.startsWith("host")))
        .allMatch(
            rule -> rule.matches("host\\s+\\S+\\s+\\S+\\s+(127\\.0\\.0\\.1/32|::1/128)\\s.*"));
  }

  @Test
  void itListensOnLoopbackAloneAndAtNoSocketFile() throws IOException {
    for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : card.inetAddresses().toList()) {
        if (!address.isLoopbackAddress()) {
          assertThatThrownBy(() -> new Socket(address, port()).close())
              .isInstanceOf(IOException.class);
        }
      }
    }
    String name = ".s.PGSQL." + port();
    assertThat(Files.readString(Path.of("/proc/net/unix"))).doesNotContain(name);
    assertThat(Path.of("/tmp").resolve(name)).doesNotExist();
    assertThat(Path.of("/run/postgresql").resolve(name)).doesNotExist();
  }

  @Test
  void thePasswordIsInNoFileOrProcessThatHeMayRead() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root to be another user");
    String pid = postmaster.getFirst().strip();
    Path home = directory.resolve("postgres");
    assertThat(asNobody("cat", home.resolve("password").toString())).isEmpty();
    assertThat(asNobody("ls", home.resolve("data").toString())).isEmpty();
    assertThat(asNobody("cat", "/proc/" + pid + "/environ")).isEmpty();
    assertThat(asNobody("cat", "/proc/" + pid + "/cmdline"))
        .contains("postgres")
        .doesNotContain(postgres.address().password());
    assertThat(asNobody("grep", "-rlsF", postgres.address().password(), directory.toString()))
        .isEmpty();
    assertThat(asNobody("sh", "-c", "echo mine > " + home.resolve("password.new") + "; ls " + home))
        .doesNotContain("password.new");
  }

  /** As after a crash of the database, when its port is free for whoever takes it. */
  @Test
  void whoTakesThePlaceOfTheDatabaseIsNotToldThePassword() throws Exception {
    try (ServerSocket impostor = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> heard = CompletableFuture.supplyAsync(() -> asksInClear(impostor));
      DatabaseAddress real = postgres.address();
      String url = real.url().replace(":" + port() + "/", ":" + impostor.getLocalPort() + "/");
      assertThat(url).isNotEqualTo(real.url());
      assertThatThrownBy(
              () -> DriverManager.getConnection(url, real.user(), real.password()).close())
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("requireAuth");
      assertThat(new String(heard.get(20, TimeUnit.SECONDS), StandardCharsets.ISO_8859_1))
          .doesNotContain(real.password());
    }
  }

  /** Refuses TLS and GSS, asks for the password in clear text, and gives what comes. */
  private static byte[] asksInClear(ServerSocket impostor) {
    byte[] password = {'R', 0, 0, 0, 8, 0, 0, 0, 3};
    byte[] asked = new byte[4_096];
    try (Socket caller = impostor.accept()) {
      for (int length = caller.getInputStream().read(asked);
          length == 8;
          length = caller.getInputStream().read(asked)) {
        caller.getOutputStream().write('N');
      }
      caller.getOutputStream().write(password);
      return caller.getInputStream().readAllBytes();
    } catch (IOException cut) {
      return new byte[0];
    }
  }

  /** What the program prints when another user runs it; he can at all. */
  private static String asNobody(String... program) throws Exception {
    List<String> command = new ArrayList<>(NOBODY);
    command.addAll(List.of(program));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    process.waitFor();
    assertThat(process.exitValue()).as("setpriv itself works").isNotEqualTo(127);
    return said;
  }
}
