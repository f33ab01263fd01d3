package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.archive.ArchivesConfig;
import refinery.archive.Mirrors;
import refinery.archive.Mirrors.Mirror;
import refinery.archive.PublicBuckets;
import refinery.hosts.HostGate;
import refinery.hosts.HostSpeeds;
import refinery.hosts.HostTraffic;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.HostFigures.Troubles;

/** Several places have the same files, and the fast one is asked. */
class MirrorsTest {
  private static final Mirrors MIRRORS =
      new Mirrors(
          List.of(
              new Mirror("https://ena", List.of("https://one", "https://two/ena")),
              new Mirror("https://ncbi", List.of("https://three"))));

  private static final TransferMeters METERS = new TransferMeters(new SimpleMeterRegistry());

  private final HostSpeeds speeds = new HostSpeeds(() -> Instant.EPOCH);
  private final Places places =
      new Places(
          MIRRORS,
          new PublicBuckets("https://{bucket}.s3.example"),
          speeds,
          new HostTraffic(() -> Instant.EPOCH, METERS),
          HostGate.OPEN);

  private static Location at(String archive, String url, String format) {
    return new Location(archive, url, format, OptionalLong.of(5), Optional.empty());
  }

  private static SourceFile mate(int number) {
    String name = "SRR1_" + number + ".fastq.gz";
    return new SourceFile(
        name,
        "fastq.gz",
        List.of(
            at("ena", "https://ena/vol1/" + name, "fastq.gz"),
            at("ncbi", "https://ncbi/SRR1", "sra")));
  }

  /** The addresses of the mates, plan by plan. */
  private List<List<String>> plans() {
    return places.groups(List.of(mate(1), mate(2))).getFirst().plans().stream()
        .map(
            plan ->
                switch (plan) {
                  case Plan.Direct direct ->
                      direct.locations().values().stream().map(Location::url).toList();
                  case Plan.Archive archive -> List.of(archive.location().url());
                })
        .toList();
  }

  private static List<String> mates(String place) {
    return List.of(place + "/vol1/SRR1_1.fastq.gz", place + "/vol1/SRR1_2.fastq.gz");
  }

  /** However fast an archive of NCBI comes, it stays behind ENA's FASTQ files. */
  @Test
  void matesComeFromOnePlaceAndTheArchiveStaysTheLastResort() {
    assertThat(plans())
        .containsExactly(
            mates("https://ena"),
            mates("https://one"),
            mates("https://two/ena"),
            List.of("https://ncbi/SRR1"),
            List.of("https://three/SRR1"));
    plans();
    plans();
    speeds.got("ena:443", 10L << 20, 1_000_000_000L);
    speeds.got("one:443", 2L << 20, 1_000_000_000L);
    speeds.got("two:443", 40L << 20, 1_000_000_000L);
    speeds.got("ncbi:443", 100L << 20, 1_000_000_000L);
    speeds.got("three:443", 900L << 20, 1_000_000_000L);
    assertThat(plans())
        .containsExactly(
            mates("https://two/ena"),
            mates("https://ena"),
            mates("https://one"),
            List.of("https://three/SRR1"),
            List.of("https://ncbi/SRR1"));
  }

  @Test
  void noAddressLeadsOutOfAMirrorsPart() {
    for (String url :
        List.of(
            "https://ena/a/../../x", "https://ena/%2E%2e/x", "https://enas/x", "https://other/x")) {
      SourceFile file = new SourceFile("x", "fa.gz", List.of(at("ena", url, "fa.gz")));
      assertThat(MIRRORS.added(List.of(file))).as(url).containsExactly(file);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{of = \"https://a\"}                          | mirrors[0] needs of",
        "{of = \"https://a\", at = []}                 | mirrors[0] needs of",
        "{of = \"https://a\", at = [\"mirror\"]}       | mirrors[0].at[0] must be an http",
        "{of = a, at = [\"https://mirror\"]}           | mirrors[0].of must be an http",
        "{of = \"https://a\", at = [\"https://b\"], x = 1} | mirrors[0].x is unknown",
      })
  void aWrongMirrorIsNamed(String mirror, String message) {
    assertThatThrownBy(
            () ->
                ArchivesConfig.from(
                    ConfigFactory.parseString("refinery.archives.mirrors = [" + mirror + "]")
                        .withFallback(ConfigFactory.parseResources("archives.conf"))
                        .resolve()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("refinery.archives." + message);
  }

  /** The archive sends 1.5 MiB in more than three seconds, its mirror as fast as it can. */
  @Test
  void theFastOfTwoServersIsAskedFirstOnceBothAreKnown(@TempDir Path directory) throws Exception {
    byte[] body = genome();
    try (FaultServer mirror = new FaultServer();
        Node node =
            new Node(
                directory, Node.settings(3), Node.ASKING, List.of(), List.of(mirror.url("")))) {
      for (int number = 1; number <= 4; number++) {
        String path = "/genome" + number + ".fa.gz";
        node.server.on(path, throttled(body));
        mirror.on(path, FaultServer.file(body));
        SourceFile file =
            new SourceFile(
                "genome" + number + ".fa.gz",
                "fa.gz",
                List.of(node.stated("ensembl", path, "fa.gz", body)));
        assertThat(node.run("genome" + number, List.of(file), Map.of()))
            .isInstanceOf(Outcome.Succeeded.class);
      }
      assertThat(node.server.requests())
          .extracting(FaultServer.Request::path)
          .containsExactly("/genome1.fa.gz");
      assertThat(mirror.requests())
          .extracting(FaultServer.Request::path)
          .containsExactly("/genome2.fa.gz", "/genome3.fa.gz", "/genome4.fa.gz");
      assertThat((List<?>) node.state().get("host_speeds"))
          .extracting(view -> mirror.url("").endsWith(((HostSpeeds.View) view).host()))
          .containsExactly(true, false);
    }
  }

  /** What the archive sends is not what it states, and its mirror has the file. */
  @Test
  void whatComesFromElsewhereIsCountedWithTheReason(@TempDir Path directory) throws Exception {
    byte[] body = genome();
    byte[] damaged = body.clone();
    damaged[damaged.length / 2] ^= 1;
    try (FaultServer mirror = new FaultServer();
        Node node =
            new Node(
                directory, Node.settings(3), Node.ASKING, List.of(), List.of(mirror.url("")))) {
      node.server.on("/genome.fa.gz", FaultServer.file(damaged));
      mirror.on("/genome.fa.gz", FaultServer.file(body));
      Location stated = node.stated("ensembl", "/genome.fa.gz", "fa.gz", body);
      SourceFile file = new SourceFile("genome.fa.gz", "fa.gz", List.of(stated));
      assertThat(node.run("genome", List.of(file), Map.of())).isInstanceOf(Outcome.Succeeded.class);
      HostFigures bad = figures(node, node.server);
      HostFigures good = figures(node, mirror);
      assertThat(bad.troubles()).isEqualTo(new Troubles(0, 1, 0, 0));
      assertThat(bad.files()).isZero();
      assertThat(bad.fallbacks())
          .singleElement()
          .matches(one -> one.to().equals(good.host()) && one.reason().equals("corrupt"));
      assertThat(good.files()).isEqualTo(1);
      assertThat(good.bytes()).isEqualTo(body.length);
      assertThat(good.troubles()).isEqualTo(Troubles.NONE);
      assertThat(List.of(bad, good)).allMatch(host -> host.inFlight() == 0);
    }
  }

  private static HostFigures figures(Node node, FaultServer of) {
    String host = URI.create(of.url("")).getAuthority();
    return node.hosts().stream()
        .filter(figures -> figures.host().equals(host))
        .findFirst()
        .orElseThrow();
  }

  private static FaultServer.Answer throttled(byte[] body) {
    return (request, socket, out) -> {
      FaultServer.head(out, 200, "Content-Length: " + body.length);
      for (int at = 0; at < body.length; at += 1 << 16) {
        out.write(Arrays.copyOfRange(body, at, Math.min(body.length, at + (1 << 16))));
        out.flush();
        FaultServer.pause(150);
      }
    };
  }

  private static byte[] genome() throws IOException {
    byte[] noise = new byte[3 << 19];
    new Random(1).nextBytes(noise);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(noise);
    }
    return packed.toByteArray();
  }
}
