package refinery.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPReply;
import refinery.archive.AllowedHosts;
import refinery.hosts.HostGate;
import refinery.transfer.TransferException.AbsentTransfer;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.ExhaustedTransfer;
import refinery.transfer.TransferException.RefusedTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * Fetches files by FTP (RFC 959, 3659), for hosts that have nothing else: anonymous, binary,
 * passive, resumed by {@code REST}. The data connection always goes to the host of the control
 * connection, whatever address the server names. Blocks; call it on a virtual thread, whose
 * interrupt closes the socket. Thread-safe.
 */
final class FtpSource {
  private static final int BUFFER = 1 << 16;

  private final TransferSettings settings;
  private final AllowedHosts hosts;
  private final HostGate gate;

  FtpSource(TransferSettings settings, AllowedHosts hosts, HostGate gate) {
    this.settings = settings;
    this.hosts = hosts;
    this.gate = gate;
  }

  static boolean serves(URI url) {
    return "ftp".equalsIgnoreCase(url.getScheme());
  }

  /**
   * A version of a file, as far as the server tells.
   *
   * @param changed when it was last changed, as the server writes it
   */
  record Version(OptionalLong size, Optional<String> changed) {}

  /** Takes the bytes of a file in order. */
  interface Sink {
    /** The bytes that are there of an earlier connection; the server has this version now. */
    long resumeAfter(Version version) throws TransferException;

    void take(ByteBuffer bytes, long waitedNanos) throws TransferException, InterruptedException;
  }

  /** Fetches what the sink has not yet; returns when the server says that the file is complete. */
  void fetch(URI url, HostGate.Caller caller, Sink sink)
      throws TransferException, InterruptedException {
    String path = path(url);
    Optional<String> refusal = hosts.refusal(url);
    if (refusal.isPresent()) {
      throw new RefusedTransfer(refusal.get());
    }
    while (true) {
      Optional<String> away = gate.enter(url, caller);
      if (away.isPresent()) {
        throw new ExhaustedTransfer(away.get());
      }
      try {
        receive(url, path, sink);
        gate.answered(url);
        return;
      } catch (IOException problem) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedException("stopped while fetching from " + url.getHost());
        }
        String what = words(url, problem);
        if (!gate.failed(url, caller, what, Optional.empty())) {
          throw new TransientTransfer(what, problem);
        }
      }
    }
  }

  private void receive(URI url, String path, Sink sink)
      throws IOException, TransferException, InterruptedException {
    FTPClient client = new FTPClient();
    try {
      connect(client, url);
      Version version = version(client, path);
      receive(client, path, sink.resumeAfter(version), sink);
    } finally {
      close(client);
    }
  }

  private void connect(FTPClient client, URI url) throws IOException, TransferException {
    client.setConnectTimeout((int) settings.connectTimeout().toMillis());
    client.setDefaultTimeout((int) settings.stallTimeout().toMillis());
    client.setDataTimeout(settings.stallTimeout());
    client.setControlKeepAliveTimeout(Duration.ZERO);
    client.setControlEncoding(StandardCharsets.UTF_8.name());
    client.setIpAddressFromPasvResponse(false);
    client.connect(url.getHost(), url.getPort() < 0 ? FTP.DEFAULT_PORT : url.getPort());
    client.setSoTimeout((int) settings.stallTimeout().toMillis());
    require(client, FTPReply.isPositiveCompletion(client.getReplyCode()));
    require(client, client.login("anonymous", "refinery@"));
    require(client, client.setFileType(FTP.BINARY_FILE_TYPE));
    client.enterLocalPassiveMode();
  }

  private Version version(FTPClient client, String path) throws IOException, TransferException {
    String size = client.getSize(path);
    if (size == null && client.getReplyCode() == FTPReply.FILE_UNAVAILABLE) {
      throw refused(client);
    }
    return new Version(
        size != null && size.matches("\\d{1,18}")
            ? OptionalLong.of(Long.parseLong(size))
            : OptionalLong.empty(),
        Optional.ofNullable(client.getModificationTime(path)));
  }

  private void receive(FTPClient client, String path, long offset, Sink sink)
      throws IOException, TransferException, InterruptedException {
    client.setRestartOffset(offset);
    try (InputStream body = client.retrieveFileStream(path)) {
      if (body == null) {
        throw refused(client);
      }
      byte[] buffer = new byte[BUFFER];
      long asked = System.nanoTime();
      for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
        sink.take(ByteBuffer.wrap(buffer, 0, count), System.nanoTime() - asked);
        asked = System.nanoTime();
      }
    }
    require(client, client.completePendingCommand());
  }

  private static void require(FTPClient client, boolean done)
      throws IOException, TransferException {
    if (!done) {
      throw refused(client);
    }
  }

  /**
   * What a refusal means: one about the file is for good, all else may pass.
   *
   * @throws FtpRefusal if the host cannot serve now
   */
  private static TransferException refused(FTPClient client) throws FtpRefusal {
    int code = client.getReplyCode();
    String answer = "the host answered " + code + " by FTP";
    return switch (code) {
      case FTPReply.FILE_UNAVAILABLE, FTPReply.FILE_NAME_NOT_ALLOWED ->
          new AbsentTransfer(answer + " (no such file)");
      case FTPReply.SERVICE_NOT_AVAILABLE,
          FTPReply.CANNOT_OPEN_DATA_CONNECTION,
          FTPReply.TRANSFER_ABORTED ->
          throw new FtpRefusal(answer);
      default -> new TransientTransfer(answer);
    };
  }

  /** The host says that it cannot serve now. */
  private static final class FtpRefusal extends IOException {
    private static final long serialVersionUID = 1L;

    FtpRefusal(String message) {
      super(message);
    }
  }

  /** The decoded path; one that could smuggle in another command is refused. */
  private static String path(URI url) throws CorruptTransfer {
    String path = url.getPath();
    if (path == null
        || path.length() < 2
        || path.chars().anyMatch(Character::isISOControl)
        || url.getRawUserInfo() != null) {
      throw new CorruptTransfer("not a plain FTP address: " + url);
    }
    return path;
  }

  private static String words(URI url, IOException problem) {
    return switch (problem) {
      case SocketTimeoutException silent -> "no byte from " + url.getHost() + " in time";
      case FtpRefusal refusal -> refusal.getMessage();
      default -> Problems.network(url.getHost(), problem).getMessage();
    };
  }

  private static void close(FTPClient client) {
    try {
      client.disconnect();
    } catch (IOException gone) {
      org.slf4j.LoggerFactory.getLogger(FtpSource.class)
          .debug("closing an FTP connection: {}", gone.getMessage());
    }
  }
}
