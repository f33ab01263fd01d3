package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.main.RefineryCommand;

/** Who may come in at Artery's port, with certificates that the command line made. */
class DoorTest {
  private static final String TLS = "refinery.cluster.tls.";
  private static final String NODE = "node1.lab.test";

  @TempDir private static Path temp;

  private static Path ours;
  private static Path theirs;

  @BeforeAll
  static void makeCertificates() {
    ours = temp.resolve("ours");
    theirs = temp.resolve("theirs");
    for (Path dir : new Path[] {ours, theirs}) {
      assertThat(certificates("init", "--dir", dir.toString())).startsWith("0 made ");
      assertThat(certificates("node", NODE, "--host", "10.1.2.3,fd00::1", "--dir", dir.toString()))
          .startsWith("0 # for " + NODE + ", 10.1.2.3, fd00::1 until ");
    }
  }

  /** Exit code, and what was said. */
  private static String certificates(String... words) {
    StringWriter said = new StringWriter();
    String[] all = new String[words.length + 1];
    all[0] = "certificates";
    System.arraycopy(words, 0, all, 1, words.length);
    int code = RefineryCommand.run(new PrintWriter(said), new PrintWriter(said), all);
    return code + " " + said;
  }

  private static Config config(String host, Map<String, String> settings) {
    return Configuration.load(
        Optional.empty(),
        settings,
        Map.of(),
        ConfigFactory.parseMap(Map.of("akka.remote.artery.canonical.hostname", host)));
  }

  private static Map<String, String> tls(Path certificate, Path key, Path authority) {
    Map<String, String> settings = new HashMap<>();
    settings.put(TLS + "certificate", certificate.toString());
    settings.put(TLS + "key", key.toString());
    settings.put(TLS + "authority", authority.toString());
    return settings;
  }

  private static Map<String, String> tls() {
    Path node = ours.resolve(NODE);
    return tls(
        node.resolve("certificate.pem"), node.resolve("key.pem"), node.resolve("authority.pem"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.9", "localhost", "::1"})
  void loopbackNeedsNoCertificate(String host) {
    assertThat(Door.of(config(host, Map.of()), false)).isEqualTo(Door.LOOPBACK);
    assertThat(Door.of(config(host, Map.of()), true)).isEqualTo(Door.CLOSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "10.1.2.3", "::", "no-such-host.invalid"})
  void otherAddressesAreRefusedWithTheCommandThatHelps(String host) {
    assertThatThrownBy(() -> Door.of(config(host, Map.of()), false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(
            "--artery: " + host,
            "refinery certificates init && refinery certificates node NAME --host " + host,
            "refinery.cluster.tls",
            "refinery.cluster.unprotected = true");
  }

  @Test
  void listeningElsewhereThanOnesNameIsNoWayAround() {
    Map<String, String> bind = Map.of("akka.remote.artery.bind.hostname", "0.0.0.0");
    assertThatThrownBy(() -> Door.of(config("127.0.0.1", bind), true))
        .hasMessageStartingWith("--artery: 0.0.0.0 is not a loopback address");
  }

  @Test
  void anExplicitWishOpensIt() {
    Map<String, String> wish = Map.of("refinery.cluster.unprotected", "true");
    assertThat(Door.of(config("10.1.2.3", wish), false)).isEqualTo(Door.UNPROTECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {NODE, "10.1.2.3", "fd00::1"})
  void aCertificateForTheHostOpensIt(String host) {
    Door door = Door.of(config(host, tls()), false);
    assertThat(door).isEqualTo(Door.MUTUAL_TLS);
    assertThat(door.akka().getString("akka.remote.artery.transport")).isEqualTo("tls-tcp");
  }

  @Test
  void aCertificateForAnotherHostIsRefused() {
    refused("10.9.9.9", tls(), "certificate: is for", "and not for 10.9.9.9", "--host 10.9.9.9");
  }

  @Test
  void filesThatDoNotBelongTogetherAreRefusedByTheirKey() {
    Path mine = ours.resolve(NODE);
    Path other = theirs.resolve(NODE);
    Path certificate = mine.resolve("certificate.pem");
    Path key = mine.resolve("key.pem");
    Path authority = mine.resolve("authority.pem");
    refused(
        NODE, tls(certificate, other.resolve("key.pem"), authority), "key: ", "is not the key of");
    refused(
        NODE,
        tls(certificate, key, other.resolve("authority.pem")),
        "certificate: ",
        "was not signed by");
    refused(NODE, tls(certificate, certificate, authority), "key: ", "every user");
    refused(NODE, tls(certificate, temp.resolve("none"), authority), "key: cannot read");
    refused(NODE, tls(temp.resolve("none"), key, authority), "certificate: there is no file");
    refused(NODE, tls(key, key, authority), "certificate: ", "holds no certificate");
    Map<String, String> half = tls();
    half.put(TLS + "authority", "");
    refused(NODE, half, "authority is empty");
  }

  private static void refused(String host, Map<String, String> settings, String... words) {
    assertThatThrownBy(() -> Door.of(config(host, settings), false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(TLS)
        .hasMessageContainingAll(words);
  }

  @Test
  void whatHasExpiredIsRefused() {
    InstantSource later = InstantSource.fixed(Instant.now().plus(Duration.ofDays(900)));
    assertThatThrownBy(() -> TlsConfig.from(config(NODE, tls())).read(later))
        .hasMessageStartingWith(TLS + "certificate: has expired at ");
  }

  @Test
  void keysArePrivateAndNothingIsReplaced() throws IOException {
    for (Path key :
        new Path[] {ours.resolve("authority-key.pem"), ours.resolve(NODE + "/key.pem")}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
    }
    String dir = ours.toString();
    assertThat(certificates("init", "--dir", dir)).startsWith("1 ").contains("is not replaced");
    assertThat(certificates("node", NODE, "--dir", dir)).startsWith("1 ").contains("not replaced");
    assertThat(certificates("init", "--if-absent", "--dir", dir)).isEqualTo("0 ");
    assertThat(certificates("node", NODE, "--if-absent", "--dir", dir)).isEqualTo("0 ");
  }

  @Test
  void namesThatAreNoneAndAMissingAuthorityAreSaid() {
    String dir = ours.toString();
    assertThat(certificates("node", "../x", "--dir", dir)).startsWith("2 ").contains("'../x'");
    assertThat(certificates("node", "x", "--host", "a_b", "--dir", dir))
        .startsWith("2 ")
        .contains("'a_b'");
    assertThat(certificates("node", "x", "--dir", temp.resolve("nowhere").toString()))
        .startsWith("1 ")
        .contains("refinery certificates init --dir ");
  }
}
