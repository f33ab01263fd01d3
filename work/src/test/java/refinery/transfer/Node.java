package refinery.transfer;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import refinery.archive.ArchivesConfig;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.hosts.HostGate;
import refinery.hosts.HostLimits;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.HostFigures;
import refinery.storage.LocalObjectStore;

/** A node's download side with a faulty archive beside it. */
final class Node implements AutoCloseable {
  static final Path FIXTURES = Path.of("src/test/resources/fixtures");

  static final DiskDemand DEMAND = new DiskDemand(1L << 30, 10, 64L << 20);

  static final DownloadRunner.Asking ASKING =
      new DownloadRunner.Asking(
          HostGate.OPEN, new HostLimits(100, Map.of(), Duration.ofMinutes(1)));

  /** Of the shipped configuration: the fixtures are shorter. */
  static final long BEGINNING = 1L << 20;

  /** A cold client on a busy machine connects and reads its headers in this time. */
  private static final Duration STALL = Duration.ofSeconds(2);

  final FaultServer server;
  private final LocalObjectStore store;
  final Path directory;

  /** Below it files of this machine may be named. */
  final Path own;

  private final ActorTestKit kit = ActorTestKit.create();
  private final NcbiClient ncbi;
  private final DownloadRunner runner;
  private final AtomicInteger attempts = new AtomicInteger();
  private final List<LocalAttempt> started = new CopyOnWriteArrayList<>();

  static TransferSettings settings(int maxAttempts) {
    return settings(maxAttempts, OptionalLong.of(BEGINNING));
  }

  static TransferSettings settings(int maxAttempts, OptionalLong beginning) {
    return new TransferSettings(
        maxAttempts,
        Duration.ofMillis(10),
        Duration.ofMillis(1500),
        Duration.ofSeconds(2),
        STALL,
        1024,
        Duration.ofMillis(50),
        "refinery-test",
        Duration.ofMinutes(2),
        Duration.ofMinutes(2),
        beginning);
  }

  Node(Path directory) throws IOException {
    this(directory, settings(3));
  }

  Node(Path directory, TransferSettings settings) throws IOException {
    this(directory, settings, ASKING);
  }

  Node(Path directory, TransferSettings settings, DownloadRunner.Asking asking) throws IOException {
    this(directory, settings, asking, List.of());
  }

  /**
   * @param hosts that may be asked besides, {@code host:port}
   */
  Node(Path directory, TransferSettings settings, DownloadRunner.Asking asking, List<String> hosts)
      throws IOException {
    this(directory, settings, asking, hosts, List.of());
  }

  /**
   * @param mirrors addresses that have whatever the server has
   */
  Node(
      Path directory,
      TransferSettings settings,
      DownloadRunner.Asking asking,
      List<String> hosts,
      List<String> mirrors)
      throws IOException {
    this.directory = directory;
    this.own = Files.createDirectories(directory.resolve("own")).toRealPath();
    this.server = new FaultServer();
    server.watch(() -> started.stream().mapToLong(one -> one.progress.get()).sum());
    this.store = LocalObjectStore.open(Files.createDirectories(directory.resolve("store")));
    this.ncbi = ncbi(archives(server.url("")));
    this.runner =
        new DownloadRunner(
            kit.system(),
            settings,
            archives(server.url(""), hosts, List.of(own.toString()), mirrors),
            ncbi,
            DEMAND,
            new DownloadRunner.Stores(store, store),
            asking);
  }

  static NcbiClient ncbi(ArchivesConfig archives) {
    return new NcbiClient(archives, new NcbiAccess(Optional.empty()), "refinery-test");
  }

  /** The shipped configuration with one server as every archive. */
  static ArchivesConfig archives(String url) {
    return archives(url, List.of(), List.of(), List.of());
  }

  private static ArchivesConfig archives(
      String url, List<String> hosts, List<String> directories, List<String> mirrors) {
    List<String> allowed = new ArrayList<>(List.of("nowhere.invalid", "127.0.0.1:1"));
    allowed.addAll(hosts);
    return ArchivesConfig.from(
        ConfigFactory.parseMap(
                Map.of(
                    "refinery.archives.mirrors",
                    mirrors.isEmpty() ? List.of() : List.of(Map.of("of", url, "at", mirrors)),
                    "refinery.archives.ena.files",
                    url,
                    "refinery.archives.ncbi.sra",
                    url + "/sra",
                    "refinery.archives.ncbi.eutils",
                    url + "/eutils",
                    "refinery.archives.s3-endpoint",
                    url + "/{bucket}",
                    "refinery.archives.http.min-backoff",
                    "10 ms",
                    "refinery.archives.files.directories",
                    directories,
                    "refinery.archives.redirect-hosts",
                    allowed))
            .withFallback(ConfigFactory.parseResources("archives.conf"))
            .resolve());
  }

  LocalAttempt attempt(String key, List<SourceFile> files, Map<String, String> metadata) {
    return attempt(key, files, metadata, 1);
  }

  /**
   * @param width files at a time
   */
  LocalAttempt attempt(
      String key, List<SourceFile> files, Map<String, String> metadata, int width) {
    Path scratch = directory.resolve("attempt-" + attempts.incrementAndGet());
    try {
      Files.createDirectories(scratch);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    LocalAttempt attempt = new LocalAttempt(scratch, key, files, metadata, width);
    started.add(attempt);
    return attempt;
  }

  /** What people see of its downloads. */
  Map<String, Object> state() {
    return runner.state();
  }

  /** What its transfers count of each host. */
  List<HostFigures> hosts() {
    return runner.hosts();
  }

  Outcome run(LocalAttempt attempt) throws Exception {
    return runner.run(attempt).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  CompletableFuture<Outcome> start(LocalAttempt attempt) {
    return runner.run(attempt).toCompletableFuture();
  }

  Outcome run(String key, List<SourceFile> files, Map<String, String> metadata) throws Exception {
    return run(attempt(key, files, metadata));
  }

  @Override
  public void close() {
    server.close();
    runner.close();
    ncbi.close();
    kit.shutdownTestKit();
  }

  byte[] stored(String key) throws IOException {
    try (InputStream input = Channels.newInputStream(store.open(key).orElseThrow())) {
      return input.readAllBytes();
    }
  }

  List<String> stored() throws IOException {
    List<String> keys = new ArrayList<>();
    store.list(one -> keys.add(one.key()));
    return keys;
  }

  Location ena(String path) {
    return new Location(
        "ena", server.url(path), "fastq.gz", OptionalLong.empty(), Optional.empty());
  }

  Location ena(String path, byte[] stated) {
    return stated("ena", path, "fastq.gz", stated);
  }

  /** An archive of which NCBI states neither size nor MD5. */
  Location ncbi(String path) {
    return new Location("ncbi", server.url(path), "sra", OptionalLong.empty(), Optional.empty());
  }

  Location stated(String archive, String path, String format, byte[] stated) {
    return new Location(
        archive,
        server.url(path),
        format,
        OptionalLong.of(stated.length),
        Optional.of(Location.Checksum.md5(md5(stated))));
  }

  static SourceFile reads(String name, Location... locations) {
    return new SourceFile(name, "fastq.gz", List.of(locations));
  }

  static byte[] fixture(String path) {
    try {
      return Files.readAllBytes(FIXTURES.resolve(path));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
