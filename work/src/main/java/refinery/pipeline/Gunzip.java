package refinery.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * The step {@code gunzip}: unpacks all members of {@code from} into {@code to} and checks their
 * CRCs.
 */
final class Gunzip implements Builtin {
  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Path from = context.path("from");
    long bytes;
    try (InputStream in = Streams.open(from, context.attempt());
        OutputStream out = context.create("to")) {
      bytes = in.transferTo(out);
    } catch (IOException e) {
      if (Streams.isDamage(e)) {
        throw StepFailure.corrupt(
            context.text("from") + " is a damaged gzip file: " + e.getMessage());
      }
      throw e;
    }
    if (bytes == 0) {
      throw StepFailure.corrupt(context.text("from") + " is empty");
    }
    context.checked(context.text("from") + ": gzip intact, " + bytes + " bytes unpacked");
  }
}
