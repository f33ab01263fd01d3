package refinery.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.crate.ContentDifference;
import refinery.client.crate.CrateDocument.Output;

/** Looks into two outputs of the same name whose digests differ. */
final class OutputContents {
  private static final int LARGEST = 32 << 20;

  private final NodeClient client;
  private final SavedCrate saved;
  private final double tolerance;

  OutputContents(NodeClient client, SavedCrate saved, double tolerance) {
    this.client = client;
    this.saved = saved;
    this.tolerance = tolerance;
  }

  ContentDifference compare(Output first, Output second) {
    Optional<byte[]> before = saved.bytes(first.id(), LARGEST).or(() -> stored(first));
    Optional<byte[]> after = before.isEmpty() ? Optional.empty() : stored(second);
    return after.isPresent()
        ? ContentDifference.of(first.name(), before.get(), after.get(), tolerance)
        : ContentDifference.ofDigests(first.sha256(), second.sha256());
  }

  /** What the node has of this digest; empty if it is large or not there. */
  private Optional<byte[]> stored(Output output) {
    if (output.bytes() > LARGEST || !output.sha256().matches("[0-9a-f]{64}")) {
      return Optional.empty();
    }
    try (InputStream in = client.stream("/artifacts/" + output.sha256(), false)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      return bytes.length > LARGEST ? Optional.empty() : Optional.of(bytes);
    } catch (CommandFailure | IOException gone) {
      return Optional.empty();
    }
  }
}
