package refinery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.configuration.ConfigurationException;
import refinery.storage.ObjectStore.Listed;
import refinery.storage.ObjectStore.StoredObject;
import refinery.testing.FaultyLink;
import refinery.testing.S3Server;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Against a real S3 server; the faults are made on the wire. */
class S3ObjectStoreTest implements ObjectStoreContract {
  private static final int MIB = 1 << 20;
  @TempDir static Path serverFolder;
  private static S3Server server;

  @TempDir Path folder;
  private final S3Place place = new S3Place(S3Server.BUCKET, "test/" + UUID.randomUUID() + "/");
  private FaultyLink link;
  private S3Client client;
  private S3Client outside;
  private S3ObjectStore store;

  @BeforeAll
  static void serve() throws Exception {
    server = S3Server.start(serverFolder);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    link = new FaultyLink(server.port());
    S3Config config = config(link.endpoint(), "");
    client = client(config, server.secret());
    store = new S3ObjectStore(client, place, config);
    outside = server.client();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    outside.close();
    link.close();
  }

  static Config configuration(URI endpoint, String more) {
    return ConfigFactory.parseString(
            more
                + "\nrefinery.storage.s3 { path-style = true, part-size = 5 MiB, endpoint = \""
                + endpoint
                + "\" }")
        .withFallback(ConfigFactory.load("storage"));
  }

  private static S3Config config(URI endpoint, String more) {
    return S3Config.from(configuration(endpoint, more));
  }

  private static S3Client client(S3Config config, String secret) {
    return S3Clients.open(
        config,
        StaticCredentialsProvider.create(AwsBasicCredentials.create(server.identity(), secret)));
  }

  @Override
  public ObjectStore store() {
    return store;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public void damage(String key) {
    for (S3Object put : names("objects/" + key)) {
      outside.putObject(
          request -> request.bucket(S3Server.BUCKET).key(put.key()),
          RequestBody.fromString("hellO"));
    }
  }

  private List<S3Object> names(String below) {
    return outside
        .listObjectsV2(request -> request.bucket(S3Server.BUCKET).prefix(place.prefix() + below))
        .contents();
  }

  private List<Listed> listed() throws IOException {
    List<Listed> all = new ArrayList<>();
    store.list(all::add);
    return all;
  }

  private Path random(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(folder.resolve("random"), content);
  }

  @Test
  void aFileOfSeveralPartsComesBackAsItWas() throws IOException {
    Path file = random(17 * MIB + 13);
    String digest = Sha256.of(file);
    StoredObject stored = store.put("job-1", file, false);
    assertThat(stored).isEqualTo(new StoredObject("job-1/" + digest, digest, 17 * MIB + 13));
    assertThat(link.requests()).filteredOn(line -> line.contains("partNumber=")).hasSize(4);
    Path target = folder.resolve("target");
    store.materialise(stored.key(), target);
    assertThat(target).hasSameBinaryContentAs(file);
    assertThat(listed())
        .extracting(Listed::key, Listed::size)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(stored.key(), 17L * MIB + 13));
  }

  @Test
  void aRangeIsReadWithoutTheRest() throws IOException {
    Path file = random(9 * MIB);
    byte[] all = Files.readAllBytes(file);
    String key = store.put("", file, true).key();
    try (SeekableByteChannel channel = store.open(key).orElseThrow()) {
      assertThat(channel.size()).isEqualTo(all.length);
      for (int at : new int[] {8 * MIB, 5, 3 * MIB - 1, 9 * MIB - 3}) {
        ByteBuffer buffer = ByteBuffer.allocate(3);
        channel.position(at);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
        assertThat(buffer.array()).containsExactly(all[at], all[at + 1], all[at + 2]);
      }
      assertThat(channel.position(all.length).read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
    assertThat(link.requests())
        .filteredOn(line -> line.startsWith("GET") && line.contains(key + "/"))
        .hasSize(4);
  }

  @Test
  void refusalsInTheMiddleAreTriedAgain() throws IOException {
    link.answer("PUT", "partNumber=2", 503, 2);
    link.answer("PUT", "partNumber=3", 500, 1);
    link.answer("POST", "uploadId=", 500, 1);
    Path file = random(12 * MIB);
    StoredObject stored = store.put("", file, false);
    link.answer("GET", stored.sha256() + "/", 503, 2);
    Path target = folder.resolve("target");
    store.materialise(stored.key(), target);
    assertThat(target).hasSameBinaryContentAs(file);
    assertThat(link.left()).isZero();
  }

  @Test
  void aServiceThatRefusesForGoodLeavesNothing() throws IOException {
    link.answer("PUT", "partNumber=2", 503, 50);
    Path file = random(12 * MIB);
    assertThatThrownBy(() -> store.put("", file, true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("503");
    assertThat(file).exists();
    assertThat(listed()).isEmpty();
  }

  @Test
  void aLostAnswerToTheCompletionIsNoFailure() throws IOException {
    link.lose("POST", "uploadId=");
    Path file = random(6 * MIB);
    StoredObject stored = store.put("", file, false);
    Path target = folder.resolve("target");
    store.materialise(stored.key(), target);
    assertThat(target).hasSameBinaryContentAs(file);
  }

  @Test
  void aCutReadContinuesWhereItBroke() throws IOException {
    Path file = random(7 * MIB);
    StoredObject stored = store.put("", file, false);
    link.cut("GET", stored.sha256() + "/", 2 * MIB);
    link.cut("GET", stored.sha256() + "/", 3 * MIB);
    link.cut("GET", stored.sha256() + "/", 600);
    Path target = folder.resolve("target");
    store.materialise(stored.key(), target);
    assertThat(target).hasSameBinaryContentAs(file);
    assertThat(link.left()).isZero();
  }

  @Test
  void aConnectionThatAlwaysBreaksIsGivenUp() throws IOException {
    StoredObject stored = store.put("", random(MIB), false);
    for (int i = 0; i < 40; i++) {
      link.cut("GET", stored.sha256() + "/", 700);
    }
    Path target = folder.resolve("target");
    assertThatThrownBy(() -> store.materialise(stored.key(), target))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broke 5 times");
    assertThat(target).doesNotExist();
  }

  @Test
  void bytesThatTheNetworkChangedAreReadAgain() throws IOException {
    Path file = random(MIB);
    StoredObject stored = store.put("", file, false);
    link.flip("GET", stored.sha256() + "/", 1000);
    Path target = folder.resolve("target");
    store.materialise(stored.key(), target);
    assertThat(target).hasSameBinaryContentAs(file);
    assertThat(link.left()).isZero();
  }

  @Test
  void aDamagedObjectIsKeptForAPerson() throws IOException {
    store.put("", Files.writeString(folder.resolve("a"), "hello"), true);
    damage(HELLO);
    assertThatThrownBy(() -> store.materialise(HELLO, folder.resolve("target")))
        .isInstanceOf(ObjectStore.DamagedObjectException.class);
    assertThat(names("damaged/" + HELLO)).hasSize(1);
    assertThat(names("objects")).isEmpty();
  }

  @Test
  void aFileThatChangesWhileItIsStoredIsRefused() throws IOException {
    Path file = random(12 * MIB);
    FilePart.Parts parts = FilePart.split(file, 5 * MIB);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(6 * MIB);
      open.write(1 + open.read());
    }
    String name = place.fresh(new ObjectKey("", parts.sha256()));
    S3Upload upload = new S3Upload(client, S3Server.BUCKET, name, 2);
    assertThatThrownBy(() -> upload.send(parts.parts())).isInstanceOf(IOException.class);
    assertThat(listed()).isEmpty();
  }

  @Test
  void whatAKilledWriterLeftIsListedAndSwept() throws Exception {
    String name = place.fresh(new ObjectKey("job-1", HELLO));
    String id =
        outside
            .createMultipartUpload(request -> request.bucket(S3Server.BUCKET).key(name))
            .uploadId();
    outside.uploadPart(
        request -> request.bucket(S3Server.BUCKET).key(name).uploadId(id).partNumber(1),
        RequestBody.fromBytes(new byte[5 * MIB]));
    assertThat(store.open("job-1/" + HELLO)).isEmpty();
    Listed left = listed().getFirst();
    assertThat(left.staging()).isTrue();
    assertThat(left.size()).isEqualTo(5 * MIB);
    assertThat(left.modifiedAt()).isAfter(Instant.now().minusSeconds(600));
    assertThat(store.deleteUnlessRenewed(left.key(), left.modifiedAt())).isTrue();
    assertThat(store.deleteUnlessRenewed(left.key(), left.modifiedAt())).isFalse();
    assertThat(listed()).isEmpty();
  }

  @Test
  void aSweeperNeverTakesAPutThatCameLater() throws IOException {
    store.put("", Files.writeString(folder.resolve("a"), "hello"), false);
    Instant old = listed().getFirst().modifiedAt();
    store.put("", Files.writeString(folder.resolve("a"), "hello"), false);
    assertThat(names("objects")).hasSize(1);
    assertThat(store.deleteUnlessRenewed(HELLO, old.minusMillis(1))).isFalse();
    assertThat(store.open(HELLO)).isPresent();
  }

  @Test
  void storesOfOneBucketDoNotSeeEachOther() throws IOException {
    S3Config config = config(server.endpoint(), "");
    S3ObjectStore other = new S3ObjectStore(client, new S3Place(S3Server.BUCKET, "x/"), config);
    store.put("", Files.writeString(folder.resolve("a"), "hello"), true);
    assertThat(other.open(HELLO)).isEmpty();
    assertThatThrownBy(() -> other.materialise(HELLO, folder.resolve("t")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aWrongBucketOrSecretEndsTheStartInOneLine() {
    S3Config config = config(server.endpoint(), "refinery.storage.s3.max-tries = 1");
    String key = "refinery.storage.permanent";
    store.check(key);
    assertThat(names("probe")).isEmpty();
    assertThatThrownBy(
            () -> new S3ObjectStore(client, new S3Place("no-such", ""), config).check(key))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(key + " = \"s3://no-such/\" at http")
        .hasMessageContaining("the bucket does not exist");
    try (S3Client wrong = client(config, "a-wrong-secret")) {
      assertThatThrownBy(() -> new S3ObjectStore(wrong, place, config).check(key))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("credentials were not accepted")
          .hasMessageNotContaining("a-wrong-secret")
          .hasMessageNotContaining(server.identity());
    }
    S3Config nowhere = config(URI.create("http://127.0.0.1:9"), "refinery.storage.s3.max-tries=1");
    try (S3Client lost = client(nowhere, "x")) {
      assertThatThrownBy(() -> new S3ObjectStore(lost, place, nowhere).check(key))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("at http://127.0.0.1:9: no connection to the service");
    }
  }

  @Test
  void namesAreChecked() {
    assertThat(S3Place.parse("k", "s3://bucket-1/a/b/")).isEqualTo(new S3Place("bucket-1", "a/b/"));
    assertThat(S3Place.parse("k", "s3://bucket-1")).isEqualTo(new S3Place("bucket-1", ""));
    for (String wrong :
        List.of("s3://", "s3://B/x", "s3://b", "s3://bkt/a//b", "s3://bkt/../a", "s3:bkt")) {
      assertThatThrownBy(() -> S3Place.parse("the.key", wrong))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("the.key");
    }
    Map.of(
            "endpoint = \"ftp://x\"", "endpoint",
            "endpoint = \"http://u:geheim@x\"", "endpoint",
            "part-size = 1 MiB", "part-size",
            "stall-timeout = 0s", "stall-timeout")
        .forEach(
            (text, key) ->
                assertThatThrownBy(
                        () ->
                            S3Config.from(
                                ConfigFactory.parseString("refinery.storage.s3 { " + text + " }")
                                    .withFallback(ConfigFactory.load("storage"))))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("refinery.storage.s3." + key)
                    .hasMessageNotContaining("geheim"));
    assertThat(S3Upload.partSize(16L << 20, 1L << 40)).isEqualTo(105L << 20);
  }
}
