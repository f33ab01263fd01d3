package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.transfer.FaultServer.cut;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.md5;
import static refinery.transfer.Node.reads;

import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.archive.ArchivesConfig;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** Objects of public S3 buckets. */
class PublicBucketsTest {
  private static final byte[] GOOD = fixture("malformed/good_1.fastq.gz");
  private static final String KEY = "s3://open-reads/a%20b/R1.fastq.gz";

  @TempDir Path directory;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    node = new Node(directory);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private Outcome fetch(String url) throws Exception {
    Location location =
        new Location(
            "ena",
            url,
            "fastq.gz",
            OptionalLong.of(GOOD.length),
            Optional.of(Location.Checksum.md5(md5(GOOD))));
    return node.run("R1", List.of(reads("R1.fastq.gz", location)), Map.of());
  }

  @Test
  void anObjectIsFetchedAndResumedLikeAnyFile() throws Exception {
    node.server.on(
        "/open-reads/a%20b/R1.fastq.gz",
        cut(GOOD, GOOD.length / 2, "ETag: \"one\""), file(GOOD, "ETag: \"one\""));
    Outcome.Succeeded done = (Outcome.Succeeded) fetch(KEY);
    assertThat(((JobResult.Downloaded) done.result()).files().getFirst().url()).isEqualTo(KEY);
    assertThat(node.server.requests()).hasSize(2);
    assertThat(node.server.requests().getLast().hasRange()).isTrue();
    assertThat(node.server.requests()).noneMatch(one -> one.headers().containsKey("authorization"));
  }

  @Test
  void aBucketThatRedirectsElsewhereIsNotFollowed() throws Exception {
    try (FaultServer inside = new FaultServer()) {
      inside.on("/secret", file(GOOD));
      node.server.on(
          "/open-reads/a%20b/R1.fastq.gz", status(307, "Location: " + inside.url("/secret")));
      Outcome.Failed failed = (Outcome.Failed) fetch(KEY);
      assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
      assertThat(inside.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://169.254.169.254:80/R1.fastq.gz",
        "s3://bucket@host/R1.fastq.gz",
        "s3://127.0.0.1/../R1.fastq.gz#x",
        "s3:///R1.fastq.gz",
        "s3://UPPER/R1.fastq.gz",
        "s3://open-reads/"
      })
  void whatIsNoBucketIsNotAsked(String url) throws Exception {
    Outcome.Failed failed = (Outcome.Failed) fetch(url);
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(node.server.requests()).isEmpty();
  }

  @Test
  void asShippedOnlyBucketsThatAreNamedMayBeAsked() {
    ArchivesConfig shipped =
        ArchivesConfig.from(ConfigFactory.parseResources("archives.conf").resolve());
    URI named = shipped.buckets().address(URI.create("s3://sra-pub-run-odp/sra/SRR1/SRR1"));
    assertThat(named).hasToString("https://sra-pub-run-odp.s3.amazonaws.com/sra/SRR1/SRR1");
    assertThat(shipped.hosts().refusalByName(named)).isEmpty();
    URI other = shipped.buckets().address(URI.create("s3://other/SRR1"));
    assertThat(shipped.hosts().refusalByName(other).orElseThrow())
        .contains("refinery.archives.redirect-hosts");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://s3.amazonaws.com/", "ftp://{bucket}.org", "{bucket}"})
  void anEndpointThatCannotBeIsNamed(String endpoint) {
    assertThatThrownBy(
            () ->
                ArchivesConfig.from(
                    ConfigFactory.parseMap(Map.of("refinery.archives.s3-endpoint", endpoint))
                        .withFallback(ConfigFactory.parseResources("archives.conf"))
                        .resolve()))
        .hasMessageContaining("refinery.archives.s3-endpoint");
  }
}
