package refinery.transfer;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import refinery.protocol.batch.Location;
import refinery.transfer.TransferException.ExhaustedTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * Fails when the network is too slow over the time spent waiting for it, and logs the progress. A
 * connection that is slower than the minimum is given up and resumed; a file that is not there
 * within the time for its size is sought elsewhere. Lives as long as the transfer. Used by one
 * thread at a time.
 */
final class Pace {
  private final TransferSettings settings;
  private final Location location;
  private final String host;
  private final Consumer<String> log;
  private final LongConsumer came;
  private boolean tooSlow;
  private long waited;
  private long received;
  private long waitedInAll;
  private long got;
  private long gotIn;
  private long mark;
  private long told;
  private long toldOffset;

  /**
   * @param log called with each line about the progress
   * @param came called with the number of bytes that have come
   */
  Pace(
      TransferSettings settings,
      Location location,
      String host,
      Consumer<String> log,
      LongConsumer came) {
    this.settings = settings;
    this.location = location;
    this.host = host;
    this.log = log;
    this.came = came;
  }

  /** A connection begins to deliver bytes after {@code offset}. */
  void connected(long offset) {
    waited = 0;
    received = 0;
    told = System.nanoTime();
    mark = told;
    toldOffset = offset;
    tooSlow = false;
  }

  /** True if the last connection was given up because it was too slow. */
  boolean isTooSlow() {
    return tooSlow;
  }

  /** What came since this was asked before, and the time from each connection to its last byte. */
  Got got() {
    Got all = new Got(got, gotIn);
    got = 0;
    gotIn = 0;
    return all;
  }

  record Got(long bytes, long nanos) {}

  /**
   * @param nanos that were spent waiting for these bytes
   * @param announced length of the file as its server states it
   */
  void waited(long nanos, long bytes, OptionalLong announced)
      throws TransientTransfer, ExhaustedTransfer {
    waited += nanos;
    waitedInAll += nanos;
    received += bytes;
    if (bytes > 0) {
      long now = System.nanoTime();
      came.accept(bytes);
      got += bytes;
      gotIn += now - mark;
      mark = now;
    }
    if (waited >= settings.stallTimeout().toNanos()) {
      double speed = received / (waited / 1e9);
      if (speed < settings.minimumSpeed()) {
        tooSlow = true;
        throw new TransientTransfer(
            "%s sends only %.0f bytes a second".formatted(host, speed), new TimeoutException());
      }
      waited = 0;
      received = 0;
    }
    OptionalLong size = size(announced);
    if (size.isPresent()) {
      Duration limit = settings.deadline().of(size.getAsLong());
      if (waitedInAll > limit.toNanos()) {
        tooSlow = true;
        throw new ExhaustedTransfer(
            "%s did not deliver %s in %d s"
                .formatted(host, TransferLog.bytes(size.getAsLong()), limit.toSeconds()));
      }
    }
  }

  private OptionalLong size(OptionalLong announced) {
    return location.size().isPresent() ? location.size() : announced;
  }

  /** Logs how far the file is, when the time for it has come. */
  void tell(long offset, OptionalLong announced) {
    long now = System.nanoTime();
    if (now - told < settings.progressInterval().toNanos()) {
      return;
    }
    double speed = (offset - toldOffset) / ((now - told) / 1e9);
    OptionalLong size = size(announced);
    String whole = size.isPresent() ? " of " + TransferLog.bytes(size.getAsLong()) : "";
    log.accept(
        "%s%s from %s, %s/s"
            .formatted(
                TransferLog.bytes(offset),
                whole,
                location.archive(),
                TransferLog.bytes((long) speed)));
    told = now;
    toldOffset = offset;
  }
}
