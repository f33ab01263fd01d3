package refinery.transfer;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.storage.LocalObjectStore;

/**
 * A verified download into temporary storage against {@code curl | tee | md5sum}, by turns, from
 * one server on loopback. Arguments: a working directory, MiB (1024), rounds (5), and optionally a
 * {@code .fastq.gz} file to be fetched instead of random bytes.
 */
final class TransferBench {
  private TransferBench() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    int mebibytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    boolean fastq = arguments.length > 3;
    Path file = fastq ? Path.of(arguments[3]) : random(directory.resolve("source"), mebibytes);
    String md5 = md5(file);
    ActorTestKit kit = ActorTestKit.create();
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Thread.ofPlatform().daemon().start(() -> serve(server, file));
      String url = "http://127.0.0.1:" + server.socket().getLocalPort() + "/file";
      LocalObjectStore store =
          LocalObjectStore.open(Files.createDirectories(directory.resolve("store")));
      TransferSettings settings =
          new TransferSettings(
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
      String format = fastq ? "fastq.gz" : "bin";
      Location location =
          new Location(
              "ena",
              url,
              format,
              OptionalLong.of(Files.size(file)),
              Optional.of(Location.Checksum.md5(md5)));
      SourceFile source = new SourceFile("R1." + format, format, List.of(location));
      try (DownloadRunner runner =
          new DownloadRunner(kit.system(), settings, Node.archives(url), Node.DEMAND, store)) {
        double size = Files.size(file) / (1024.0 * 1024.0);
        for (int round = 0; round <= rounds; round++) {
          double curl = curl(url, directory.resolve("curl.out"));
          long cpu = cpu();
          double ours = ours(runner, directory.resolve("attempt-" + round), source, store);
          System.out.printf(
              "%s %.0f MiB: curl|tee|md5sum %.0f MiB/s, refinery to scratch, verified %.0f MiB/s,"
                  + " %.2f ms of cpu a MiB with the server%n",
              round == 0 ? "warm-up" : "round " + round,
              size,
              size / curl,
              size / ours,
              (cpu() - cpu) / 1e6 / size);
        }
      }
    } finally {
      kit.shutdownTestKit();
    }
  }

  /** Nanoseconds of this JVM so far. */
  private static long cpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  private static double curl(String url, Path target) throws Exception {
    long began = System.nanoTime();
    int code =
        new ProcessBuilder(
                "bash", "-c", "curl -s \"$0\" | tee \"$1\" | md5sum", url, target.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    double seconds = (System.nanoTime() - began) / 1e9;
    if (code != 0) {
      throw new IOException("curl failed: " + code);
    }
    Files.delete(target);
    return seconds;
  }

  /** The time of the transfer alone, as the attempt's record has it; and the object is removed. */
  private static double ours(
      DownloadRunner runner, Path scratch, SourceFile source, LocalObjectStore store)
      throws Exception {
    Files.createDirectories(scratch);
    Outcome outcome =
        runner
            .run(new LocalAttempt(scratch, "R1", List.of(source), Map.of()))
            .toCompletableFuture()
            .get();
    if (!(outcome instanceof Outcome.Succeeded succeeded)) {
      throw new IOException(outcome.toString());
    }
    JobResult.Downloaded result = (JobResult.Downloaded) succeeded.result();
    store.delete(result.files().getFirst().object());
    StepRecord record = succeeded.steps().getFirst();
    return Duration.between(record.startedAt(), record.finishedAt()).toNanos() / 1e9;
  }

  private static void serve(ServerSocketChannel server, Path file) {
    while (server.isOpen()) {
      try (SocketChannel socket = server.accept();
          FileChannel channel = FileChannel.open(file)) {
        socket.read(ByteBuffer.allocate(8192));
        String head =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                + channel.size()
                + "\r\n\r\n";
        socket.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        long sent = 0;
        while (sent < channel.size()) {
          sent += channel.transferTo(sent, channel.size() - sent, socket);
        }
      } catch (IOException gone) {
        System.err.println(gone.getMessage());
      }
    }
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
