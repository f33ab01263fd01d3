package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import refinery.hosts.HostGate;
import refinery.protocol.batch.Location;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * Takes the bytes of one file off its connections and appends them in order. A connection that
 * breaks after the last byte that the archive states has done its work. Used by one thread at a
 * time.
 */
final class Reception {
  private final HttpSource source;
  private final Sender sender;
  private final TransferSettings settings;
  private final PartFile part;
  private final ServedFile served;
  private final Pace pace;
  private final Runnable progressed;

  /** Where the bytes come from. */
  record Sender(URI url, Location location, HostGate.Caller caller, Bandwidth bandwidth) {}

  Reception(
      HttpSource source,
      Sender sender,
      TransferSettings settings,
      PartFile part,
      ServedFile served,
      Pace pace,
      Runnable progressed) {
    this.source = source;
    this.sender = sender;
    this.settings = settings;
    this.part = part;
    this.served = served;
    this.pace = pace;
    this.progressed = progressed;
  }

  /** Takes a body that goes to the end of the file. */
  void whole(ResponseChunks body, URI from) throws TransferException, InterruptedException {
    if (receive(body, from)) {
      ended();
    }
  }

  /** Takes a body that goes to the byte before {@code end}. */
  void part(ResponseChunks body, URI from, long end)
      throws TransferException, InterruptedException {
    receive(body, from);
    part.flush();
    if (part.offset() != end) {
      throw new TransientTransfer("only " + part.offset() + " of " + end + " bytes of a part");
    }
  }

  /**
   * Takes the rest of the file in parts that several connections fetch.
   *
   * @return why it cannot go on: the server has another version now
   */
  Optional<String> parts() throws TransferException, InterruptedException {
    long at = part.offset();
    long total = served.total().orElseThrow();
    try (Parts parts = new Parts(source, sender, settings, served, at)) {
      while (at < total) {
        long asked = System.nanoTime();
        switch (parts.next()) {
          case Parts.Piece.Bytes(ByteBuffer bytes) -> {
            at += bytes.remaining();
            pace.waited(System.nanoTime() - asked, bytes.remaining(), served.total());
            part.append(bytes);
            pace.tell(at, served.total());
            progressed.run();
          }
          case Parts.Piece.OtherVersion(String why) -> {
            return Optional.of(why);
          }
        }
      }
    } finally {
      part.flush();
    }
    ended();
    return Optional.empty();
  }

  /** Drops what was taken and begins anew; fails when that happens too often. */
  interface StartAgain {
    void because(String why) throws TransferException;
  }

  /** Takes what is missing of a file that comes by FTP. */
  void ftp(FtpSource ftp, StartAgain startAgain) throws TransferException, InterruptedException {
    try {
      ftp.fetch(sender.url(), sender.caller(), new FtpBytes(startAgain));
    } finally {
      part.flush();
    }
    ended();
  }

  private final class FtpBytes implements FtpSource.Sink {
    private final StartAgain startAgain;

    FtpBytes(StartAgain startAgain) {
      this.startAgain = startAgain;
    }

    @Override
    public long resumeAfter(FtpSource.Version version) throws TransferException {
      part.flush();
      if (part.offset() > 0 && !served.isSame(version)) {
        startAgain.because("the file has changed on the server");
      }
      if (part.offset() == 0) {
        served.begin(version);
      }
      pace.connected(part.offset());
      return part.offset();
    }

    @Override
    public void take(ByteBuffer bytes, long waitedNanos)
        throws TransferException, InterruptedException {
      pace.waited(waitedNanos, bytes.remaining(), served.total());
      sender.bandwidth().take(bytes.remaining());
      part.append(bytes);
      pace.tell(part.offset(), served.total());
      progressed.run();
      refuseTooMuch();
    }
  }

  /** Returns false if the connection broke after the last byte that the archive states. */
  private boolean receive(ResponseChunks body, URI from)
      throws TransferException, InterruptedException {
    pace.connected(part.offset());
    while (true) {
      Optional<List<ByteBuffer>> chunk;
      try {
        long asked = System.nanoTime();
        chunk = body.next(settings.stallTimeout());
        pace.waited(System.nanoTime() - asked, bytes(chunk), served.total());
        pace.tell(part.offset(), served.total());
      } catch (TimeoutException stalled) {
        broke(from, silence(), stalled);
        return false;
      } catch (IOException broke) {
        broke(from, Problems.network(sender.url().getHost(), broke).getMessage(), broke);
        return false;
      }
      if (chunk.isEmpty()) {
        return true;
      }
      sender.bandwidth().take(bytes(chunk));
      for (ByteBuffer buffer : chunk.get()) {
        part.append(buffer);
      }
      progressed.run();
      refuseTooMuch();
    }
  }

  private static long bytes(Optional<List<ByteBuffer>> chunk) {
    return chunk.stream().flatMap(List::stream).mapToLong(ByteBuffer::remaining).sum();
  }

  /** The connection broke: that does not matter when every byte is there. */
  private void broke(URI from, String what, Exception cause)
      throws TransferException, InterruptedException {
    part.flush();
    if (!isComplete()) {
      source.broke(from, sender.caller(), what);
      throw new TransientTransfer(what + ", after " + part.offset() + " bytes", cause);
    }
  }

  private String silence() {
    return "no byte from "
        + sender.url().getHost()
        + " for "
        + settings.stallTimeout().toMillis() / 1000.0
        + " s";
  }

  /** The body has ended: checks that it is the whole file. */
  private void ended() throws TransferException {
    part.flush();
    if (served.total().isPresent() && part.offset() < served.total().getAsLong()) {
      throw new TransientTransfer(
          "only " + part.offset() + " of " + served.total().getAsLong() + " bytes");
    }
    if (part.offset() > 0 && sender.location().size().isPresent() && !isComplete()) {
      throw new CorruptTransfer(
          "the server sent "
              + part.offset()
              + " bytes, the archive states "
              + sender.location().size().getAsLong());
    }
  }

  /**
   * True if all bytes that the archive states are there; then a broken connection does not matter.
   */
  private boolean isComplete() {
    return sender.location().size().isPresent()
        && sender.location().size().getAsLong() == part.offset();
  }

  private void refuseTooMuch() throws CorruptTransfer {
    if (sender.location().size().isPresent()
        && part.offset() > sender.location().size().getAsLong()) {
      throw new CorruptTransfer(
          "the server sends more than the "
              + sender.location().size().getAsLong()
              + " bytes that the archive states");
    }
  }
}
