package refinery.transfer;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.storage.LocalObjectStore;

/**
 * Verified downloads into temporary storage against the same work by tools, in turn, from one
 * server on loopback. Arguments: a working directory, MiB a file (1024), rounds (5), and optionally
 * {@code fastq} or {@code many}.
 *
 * <p>Without {@code fastq} one file of random bytes, against {@code curl | tee | md5sum}. With it
 * the two files of a paired run, every read of both looked at, against two at a time of {@code curl
 * | tee >(md5sum) | gzip -dc | wc -l}. With {@code many} 200 such files of random bytes, four at a
 * time, against one process of curl and one of md5sum. The first round is that of a JVM that has
 * just started.
 */
final class TransferBench {
  private static final String BYTES = "curl -s \"$0\" | tee \"$1\" | md5sum";
  private static final String READS =
      "curl -s \"$0\" | tee \"$1\" >(md5sum >\"$1.md5\") | gzip -dc | wc -l";

  /** One process for all files. */
  private static final String MANY =
      "cd \"$1.many\" && curl -s --remote-name-all \"${0}[1-200].bin\" && md5sum *.bin";

  private static final int FILES = 200;
  private static final int WIDTH = 4;

  private static final int READS_A_MEBIBYTE = 17_684;
  private static final int LENGTH = 100;

  private TransferBench() {}

  public static void main(String[] arguments) throws Exception {
    // As the launcher does.
    System.setProperty("jdk.httpclient.bufsize", "65536");
    int mebibytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024;
    Path directory = Files.createDirectories(Path.of(arguments[0]).resolve(mebibytes + "-mib"));
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    String kind = arguments.length > 3 ? arguments[3] : "";
    boolean fastq = kind.equals("fastq");
    boolean many = kind.equals("many");
    List<Path> files =
        many
            ? many(directory, mebibytes)
            : fastq
                ? List.of(
                    reads(directory.resolve("R1_1.fastq.gz"), mebibytes, 1),
                    reads(directory.resolve("R1_2.fastq.gz"), mebibytes, 2))
                : List.of(random(directory.resolve("R1.bin"), mebibytes));
    ActorTestKit kit = ActorTestKit.create();
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Thread.ofPlatform().daemon().start(() -> serve(server, directory));
      String url = "http://127.0.0.1:" + server.socket().getLocalPort() + "/";
      LocalObjectStore store =
          LocalObjectStore.open(Files.createDirectories(directory.resolve("store")));
      List<SourceFile> sources = new ArrayList<>();
      for (Path file : files) {
        sources.add(source(file, url, fastq ? "fastq.gz" : "bin"));
      }
      try (NcbiClient ncbi = Node.ncbi(Node.archives(url));
          DownloadRunner runner =
              new DownloadRunner(
                  kit.system(),
                  settings(),
                  Node.archives(url),
                  ncbi,
                  Node.DEMAND,
                  new DownloadRunner.Stores(store, store),
                  Node.ASKING)) {
        double size = 0;
        for (Path file : files) {
          size += Files.size(file) / (1024.0 * 1024.0);
        }
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
          long cpu = cpu();
          Peak peak = new Peak();
          double ours =
              ours(runner, directory.resolve("attempt-" + round), sources, store, many ? WIDTH : 1);
          double heap = peak.mebibytes();
          double cost = (cpu() - cpu) / 1e6 / size;
          double tools =
              many ? toolsMany(url, directory) : tools(fastq ? READS : BYTES, sources, directory);
          ratios.add(tools / ours);
          System.out.printf(
              "round %d, %.0f MiB: tools %.0f MiB/s, refinery %.0f MiB/s, ratio %.2f; %.2f ms of"
                  + " cpu a MiB with the server; heap in use at most %.0f MiB%n",
              round, size, size / tools, size / ours, tools / ours, cost, heap);
        }
        System.out.printf(
            "first %.2f, median %.2f%n",
            ratios.getFirst(), ratios.stream().sorted().toList().get(ratios.size() / 2));
      }
    } finally {
      kit.shutdownTestKit();
    }
  }

  private static TransferSettings settings() {
    return new TransferSettings(
        5,
        Duration.ofSeconds(1),
        Duration.ofMinutes(5),
        Duration.ofSeconds(20),
        Duration.ofSeconds(60),
        1024,
        Duration.ofSeconds(5),
        "refinery",
        Duration.ofMinutes(1),
        Duration.ofMinutes(1),
        OptionalLong.empty());
  }

  private static SourceFile source(Path file, String url, String format) throws Exception {
    Location location =
        new Location(
            "ena",
            url + file.getFileName(),
            format,
            OptionalLong.of(Files.size(file)),
            Optional.of(Location.Checksum.md5(md5(file))));
    return new SourceFile(file.getFileName().toString(), format, List.of(location));
  }

  /** Nanoseconds of this JVM so far. */
  private static long cpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  /** Seconds, all files at once. */
  private static double tools(String line, List<SourceFile> sources, Path directory)
      throws Exception {
    long began = System.nanoTime();
    List<Process> running = new ArrayList<>();
    for (SourceFile source : sources) {
      running.add(
          new ProcessBuilder(
                  "bash",
                  "-c",
                  line,
                  source.locations().getFirst().url(),
                  directory.resolve(source.name() + ".tools").toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    }
    for (Process process : running) {
      if (process.waitFor() != 0) {
        throw new IOException(line + " ended with " + process.exitValue());
      }
    }
    return (System.nanoTime() - began) / 1e9;
  }

  /** Seconds; all files by one process, and then their checksums by another. */
  private static double toolsMany(String url, Path directory) throws Exception {
    Path own = Files.createDirectories(directory.resolve("tools.many"));
    long began = System.nanoTime();
    Process process =
        new ProcessBuilder("bash", "-c", MANY, url, directory.resolve("tools").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0 || !Files.exists(own.resolve(FILES + ".bin"))) {
      throw new IOException(MANY + " ended with " + process.exitValue());
    }
    return (System.nanoTime() - began) / 1e9;
  }

  private static List<Path> many(Path directory, int mebibytes) throws IOException {
    List<Path> files = new ArrayList<>();
    for (int number = 1; number <= FILES; number++) {
      files.add(random(directory.resolve(number + ".bin"), mebibytes));
    }
    return files;
  }

  /** The most of the heap that was in use since, by the pools' own marks. */
  private static final class Peak {
    Peak() {
      ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    double mebibytes() {
      return ManagementFactory.getMemoryPoolMXBeans().stream()
              .filter(pool -> pool.getType() == MemoryType.HEAP)
              .mapToLong(pool -> pool.getPeakUsage().getUsed())
              .sum()
          / (1024.0 * 1024.0);
    }
  }

  /** Seconds of the transfers alone, as the attempt's record has them; the objects are removed. */
  private static double ours(
      DownloadRunner runner,
      Path scratch,
      List<SourceFile> sources,
      LocalObjectStore store,
      int width)
      throws Exception {
    Files.createDirectories(scratch);
    Outcome outcome =
        runner
            .run(new LocalAttempt(scratch, "R1", sources, Map.of(), width))
            .toCompletableFuture()
            .get();
    if (!(outcome instanceof Outcome.Succeeded succeeded)) {
      throw new IOException(outcome.toString());
    }
    JobResult.Downloaded result = (JobResult.Downloaded) succeeded.result();
    for (var file : result.files()) {
      store.delete(file.object());
    }
    Instant began =
        succeeded.steps().stream().map(StepRecord::startedAt).min(Instant::compareTo).orElseThrow();
    Instant ended =
        succeeded.steps().stream()
            .map(StepRecord::finishedAt)
            .max(Instant::compareTo)
            .orElseThrow();
    return Duration.between(began, ended).toNanos() / 1e9;
  }

  private static void serve(ServerSocketChannel server, Path directory) {
    while (server.isOpen()) {
      try {
        SocketChannel socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> answer(socket, directory));
      } catch (IOException gone) {
        System.err.println(gone.getMessage());
      }
    }
  }

  private static void answer(SocketChannel accepted, Path directory) {
    ByteBuffer request = ByteBuffer.allocate(8192);
    try (SocketChannel socket = accepted) {
      socket.read(request);
      String path =
          new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII)
              .split(" ", 3)[1];
      try (FileChannel channel = FileChannel.open(directory.resolve(path.substring(1)))) {
        String head =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                + channel.size()
                + "\r\n\r\n";
        socket.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        long sent = 0;
        while (sent < channel.size()) {
          sent += channel.transferTo(sent, channel.size() - sent, socket);
        }
      }
    } catch (IOException gone) {
      System.err.println(gone.getMessage());
    }
  }

  /** Reads of a random genome of 300,000 bases, with the few quality values of today's machines. */
  private static Path reads(Path file, int mebibytes, int mate) throws IOException {
    if (Files.exists(file)) {
      return file;
    }
    Random random = new Random(mate);
    byte[] bases = letters("ACGT", 300_000);
    byte[] qualities = letters("FFFFFFFFFFFF:FFF,F#", 1 << 20);
    try (var out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16)) {
      for (int read = 1; read <= mebibytes * READS_A_MEBIBYTE; read++) {
        String name = "@R1." + read + " " + read + "/" + mate + "\n";
        out.write(name.getBytes(StandardCharsets.US_ASCII));
        out.write(bases, random.nextInt(bases.length - LENGTH), LENGTH);
        out.write(new byte[] {'\n', '+', '\n'});
        out.write(qualities, random.nextInt(qualities.length - LENGTH), LENGTH);
        out.write('\n');
      }
    }
    return file;
  }

  private static byte[] letters(String alphabet, int count) {
    Random random = new Random(count);
    byte[] letters = new byte[count];
    for (int index = 0; index < count; index++) {
      letters[index] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
    }
    return letters;
  }

  private static Path random(Path file, int mebibytes) throws IOException {
    Random random = new Random(1);
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int count = 0; count < mebibytes; count++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    return file;
  }

  private static String md5(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("MD5");
    try (var input = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
