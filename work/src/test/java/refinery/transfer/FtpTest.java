package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.md5;
import static refinery.transfer.Node.reads;

import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ftpserver.DataConnectionConfigurationFactory;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.DefaultFtplet;
import org.apache.ftpserver.ftplet.FtpRequest;
import org.apache.ftpserver.ftplet.FtpSession;
import org.apache.ftpserver.ftplet.FtpletResult;
import org.apache.ftpserver.listener.Listener;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.archive.ArchivesConfig;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** Files that come by FTP, from a real server. */
class FtpTest {
  private static final byte[] GOOD = fixture("malformed/good_1.fastq.gz");

  @TempDir Path directory;
  private Path files;
  private FtpServer ftp;
  private int port;
  private Node node;
  private final Watcher watcher = new Watcher();

  /** Counts what is asked for, and ends the session in the middle of a transfer. */
  private static final class Watcher extends DefaultFtplet {
    final AtomicInteger retrievals = new AtomicInteger();
    volatile int refusals;

    @Override
    public FtpletResult onDownloadStart(FtpSession session, FtpRequest request) {
      retrievals.incrementAndGet();
      if (refusals > 0) {
        refusals--;
        return FtpletResult.DISCONNECT;
      }
      return FtpletResult.DEFAULT;
    }
  }

  @BeforeEach
  void start() throws Exception {
    files = Files.createDirectories(directory.resolve("files"));
    FtpServerFactory factory = new FtpServerFactory();
    ListenerFactory listener = new ListenerFactory();
    listener.setServerAddress("127.0.0.1");
    listener.setPort(0);
    DataConnectionConfigurationFactory data = new DataConnectionConfigurationFactory();
    // An address that nobody may connect to: the client must stay with the control connection's.
    data.setPassiveExternalAddress("169.254.169.254");
    listener.setDataConnectionConfiguration(data.createDataConnectionConfiguration());
    Listener listening = listener.createListener();
    factory.addListener("default", listening);
    BaseUser anonymous = new BaseUser();
    anonymous.setName("anonymous");
    anonymous.setHomeDirectory(files.toString());
    factory.getUserManager().save(anonymous);
    factory.setFtplets(new HashMap<>(Map.of("watcher", watcher)));
    ftp = factory.createServer();
    ftp.start();
    port = listening.getPort();
    node = new Node(directory, Node.settings(3), Node.ASKING, List.of("127.0.0.1:" + port));
  }

  @AfterEach
  void stop() {
    node.close();
    ftp.stop();
  }

  private Location at(String url, byte[] stated) {
    return new Location(
        "ena",
        url,
        "fastq.gz",
        OptionalLong.of(stated.length),
        Optional.of(Location.Checksum.md5(md5(stated))));
  }

  private String url(String path) {
    return "ftp://127.0.0.1:" + port + path;
  }

  private Outcome fetch(Location... locations) throws Exception {
    return node.run("R1", List.of(reads("R1.fastq.gz", locations)), Map.of());
  }

  @Test
  void aFileIsFetchedAndCheckedLikeAnyOtherAndTheDataComesFromItsHost() throws Exception {
    Files.write(files.resolve("R 1.fastq.gz"), GOOD);
    Outcome.Succeeded done = (Outcome.Succeeded) fetch(at(url("/R%201.fastq.gz"), GOOD));
    JobResult.Downloaded result = (JobResult.Downloaded) done.result();
    assertThat(node.stored(result.files().getFirst().object())).isEqualTo(GOOD);
    assertThat(watcher.retrievals).hasValue(1);
  }

  @Test
  void aSessionThatEndsIsTriedAgain() throws Exception {
    Files.write(files.resolve("R1.fastq.gz"), GOOD);
    watcher.refusals = 2;
    assertThat(fetch(at(url("/R1.fastq.gz"), GOOD))).isInstanceOf(Outcome.Succeeded.class);
    assertThat(watcher.retrievals).hasValue(3);
  }

  /** Sends half of what is asked for, the first time, and says that the transfer was aborted. */
  private static final class HalfServer implements AutoCloseable {
    private final ServerSocket control = loopback();
    private final ServerSocket data = loopback();
    private final byte[] file;
    final List<Integer> offsets = new CopyOnWriteArrayList<>();

    HalfServer(byte[] file) throws IOException {
      this.file = file;
      Thread.ofVirtual().start(this::serve);
    }

    private static ServerSocket loopback() throws IOException {
      return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    int port() {
      return control.getLocalPort();
    }

    private void serve() {
      while (!control.isClosed()) {
        try (Socket session = control.accept()) {
          session(session);
        } catch (IOException gone) {
          // The client ends its sessions, and the test the server.
        }
      }
    }

    private void session(Socket session) throws IOException {
      BufferedReader commands =
          new BufferedReader(
              new InputStreamReader(session.getInputStream(), StandardCharsets.US_ASCII));
      OutputStream replies = session.getOutputStream();
      reply(replies, "220 ready");
      int offset = 0;
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        String[] words = line.split(" ", 2);
        switch (words[0]) {
          case "PASV" ->
              reply(
                  replies,
                  "227 at (10,0,0,1,%d,%d)"
                      .formatted(data.getLocalPort() >> 8, data.getLocalPort() & 0xff));
          case "SIZE" -> reply(replies, "213 " + file.length);
          case "MDTM" -> reply(replies, "213 20260102030405");
          case "REST" -> {
            offset = Integer.parseInt(words[1]);
            reply(replies, "350 from there");
          }
          case "RETR" -> retrieve(replies, offset);
          default -> reply(replies, "230 as you like");
        }
      }
    }

    private void retrieve(OutputStream replies, int offset) throws IOException {
      boolean first = offsets.isEmpty();
      offsets.add(offset);
      reply(replies, "150 here it comes");
      try (Socket socket = data.accept()) {
        socket
            .getOutputStream()
            .write(file, offset, first ? file.length / 2 : file.length - offset);
      }
      reply(replies, first ? "426 aborted" : "226 done");
    }

    private static void reply(OutputStream replies, String line) throws IOException {
      replies.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
      replies.flush();
    }

    @Override
    public void close() throws IOException {
      control.close();
      data.close();
    }
  }

  @Test
  void whatBrokeOffIsResumedAndAnAddressInsideIsNotConnectedTo() throws Exception {
    try (HalfServer half = new HalfServer(GOOD);
        Node beside =
            new Node(
                directory.resolve("beside"),
                Node.settings(3),
                Node.ASKING,
                List.of("127.0.0.1:" + half.port()))) {
      Location location = at("ftp://127.0.0.1:" + half.port() + "/R1.fastq.gz", GOOD);
      Outcome.Succeeded done =
          (Outcome.Succeeded) beside.run("R1", List.of(reads("R1.fastq.gz", location)), Map.of());
      RawFile raw = ((JobResult.Downloaded) done.result()).files().getFirst();
      assertThat(beside.stored(raw.object())).isEqualTo(GOOD);
      assertThat(half.offsets).containsExactly(0, GOOD.length / 2);
    }
  }

  @Test
  void whatIsMissingOrCutOrOtherIsNoFile() throws Exception {
    assertThat(failure(fetch(at(url("/R1.fastq.gz"), GOOD)))).isEqualTo(FailureClass.ABSENT);
    Files.write(files.resolve("R1.fastq.gz"), java.util.Arrays.copyOf(GOOD, GOOD.length - 1));
    assertThat(failure(fetch(at(url("/R1.fastq.gz"), GOOD)))).isEqualTo(FailureClass.CORRUPT);
    byte[] flipped = GOOD.clone();
    flipped[GOOD.length / 2] ^= 1;
    Files.write(files.resolve("R1.fastq.gz"), flipped);
    assertThat(failure(fetch(at(url("/R1.fastq.gz"), GOOD)))).isEqualTo(FailureClass.CORRUPT);
  }

  @Test
  void aHostThatIsAwayIsFollowedByTheNextLocation() throws Exception {
    ftp.stop();
    node.server.on("/mirror", FaultServer.file(GOOD));
    Outcome.Succeeded done =
        (Outcome.Succeeded) fetch(at(url("/R1.fastq.gz"), GOOD), node.ena("/mirror", GOOD));
    assertThat(((JobResult.Downloaded) done.result()).files().getFirst().url()).endsWith("/mirror");
  }

  @Test
  void onlyHostsThatAreNamedAreAskedAndNoAddressSmugglesACommand() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String stranger = "ftp://127.0.0.1:" + other.getLocalPort() + "/R1.fastq.gz";
      assertThat(failure(fetch(at(stranger, GOOD)))).isEqualTo(FailureClass.PERMANENT);
    }
    for (String path : List.of("/R1%0d%0aDELE%20x.fastq.gz", "/", "/a%00.fastq.gz")) {
      assertThat(failure(fetch(at(url(path), GOOD)))).isEqualTo(FailureClass.CORRUPT);
    }
    assertThat(failure(fetch(at("ftp://user:secret@127.0.0.1:" + port + "/R1.fastq.gz", GOOD))))
        .isEqualTo(FailureClass.CORRUPT);
    node.server.on("/file", status(302, "Location: " + url("/R1.fastq.gz")));
    assertThat(failure(fetch(node.ena("/file", GOOD)))).isEqualTo(FailureClass.PERMANENT);
    assertThat(watcher.retrievals).hasValue(0);
  }

  @Test
  void asShippedArchivesMayNameFtpAtTheUsualPortOnly() {
    ArchivesConfig shipped =
        ArchivesConfig.from(ConfigFactory.parseResources("archives.conf").resolve());
    for (String allowed :
        List.of("ftp://ftp.sra.ebi.ac.uk/vol1/a", "ftp://ftp.ncbi.nlm.nih.gov:21/a")) {
      assertThat(shipped.hosts().refusalByName(URI.create(allowed))).isEmpty();
    }
    for (String refused :
        List.of(
            "ftp://ftp.sra.ebi.ac.uk:22/a",
            "ftp://www.ebi.ac.uk:80/a",
            "http://www.ebi.ac.uk:21/a",
            "ftp://evil.example.org/a")) {
      assertThat(shipped.hosts().refusalByName(URI.create(refused))).isPresent();
    }
  }

  private static FailureClass failure(Outcome outcome) {
    return ((Outcome.Failed) outcome).failure().failureClass();
  }
}
