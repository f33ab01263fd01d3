package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The step {@code concatenate}: writes the files of a set of batches one after the other to {@code
 * to}, in the order of {@code list}, and to {@code table} which batch each comes from.
 */
final class Concatenate implements Builtin {
  private static final int FILE = 4;

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    long count = 0;
    long bytes = 0;
    try (Lines lines = new Lines(Streams.raw(context.path("list"), context.attempt()));
        OutputStream out = context.create("to");
        BufferedWriter table = context.room().writer(context.path("table"))) {
      if (!SetInputs.HEADER.equals(lines.next())) {
        throw StepFailure.permanent("the list of inputs has no header");
      }
      table.write("batch\tname\tsha256\tsize\n");
      for (String line = lines.next(); line != null; line = lines.next()) {
        String[] columns = line.split("\t", -1);
        if (columns.length != FILE + 1) {
          throw StepFailure.permanent("a line of the list of inputs is malformed: " + line);
        }
        try (InputStream in = Streams.raw(context.inside(columns[FILE]), context.attempt())) {
          bytes += in.transferTo(out);
        }
        table.write(line.substring(0, line.lastIndexOf('\t')) + "\n");
        count++;
      }
    }
    context.learned("inputs", count);
    context.checked(count + " files, " + bytes + " bytes");
  }
}
