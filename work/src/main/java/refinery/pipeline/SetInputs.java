package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import refinery.agent.Attempt;
import refinery.manifests.ManifestReader;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.Provision;
import refinery.storage.ObjectStore;

/**
 * Puts the outputs of a set of batches into the working directory: each as {@code
 * inputs/ROLE/BATCH}, and a table of them as {@code inputs/ROLE.tsv}, which steps read instead of
 * taking a hundred thousand arguments. Files are fetched one after the other; stops with the
 * attempt. Used by one thread.
 */
final class SetInputs {
  static final String HEADER = "batch\tname\tsha256\tsize\tfile";

  /** Of a set that does without some outputs: their files are empty here. */
  static final String HEADER_OF_ENDED = HEADER + "\tkey\torganism\tstate\tlacks";

  private final ObjectStore permanent;
  private final Path directory;
  private final Attempt attempt;

  SetInputs(ObjectStore permanent, Path directory, Attempt attempt) {
    this.permanent = permanent;
    this.directory = directory;
    this.attempt = attempt;
  }

  /** The table, relative to the working directory. */
  static String list(String role) {
    return "inputs/" + role + ".tsv";
  }

  /**
   * @param files false if only the table is wanted
   */
  void materialise(Provision.All provision, boolean files) throws IOException, StepFailure {
    String folder = "inputs/" + provision.role();
    Files.createDirectories(directory.resolve(folder));
    int count = 0;
    String sha256 = provision.inputs().sha256();
    try (ManifestReader lines =
            new ManifestReader(
                permanent
                    .open(sha256)
                    .orElseThrow(
                        () -> new NoSuchFileException(sha256, null, "no such list of inputs")),
                0);
        BufferedWriter table =
            new ScratchRoom(attempt, room(provision))
                .unicode(directory.resolve(list(provision.role())))) {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        Streams.heed(attempt);
        MemberOutput input = MemberOutput.of(line.get());
        if (count++ == 0) {
          table.write((input.about().isPresent() ? HEADER_OF_ENDED : HEADER) + "\n");
        }
        String file = input.isThere() ? folder + "/" + input.batch() : "";
        if (files && input.isThere()) {
          permanent.materialise(input.sha256(), directory.resolve(file));
        }
        table.write(row(input, file) + "\n");
      }
      if (count == 0) {
        table.write(HEADER + "\n");
      }
    }
    if (count != provision.inputs().count()) {
      throw StepFailure.permanent(
          "the list of inputs %s has %d lines instead of %d"
              .formatted(sha256, count, provision.inputs().count()));
    }
  }

  private static String row(MemberOutput input, String file) {
    String output =
        String.join(
            "\t",
            input.batch().value(),
            plain(input.name()),
            input.sha256(),
            Long.toString(input.size()),
            file);
    return input
        .about()
        .map(
            batch ->
                String.join(
                    "\t",
                    output,
                    plain(batch.key()),
                    plain(batch.organism()),
                    batch.state(),
                    plain(batch.lacks())))
        .orElse(output);
  }

  /** The largest size of the table in bytes; its lines follow the lines of the list. */
  private static long room(Provision.All provision) {
    return (1L << 20) + 4 * provision.inputs().length();
  }

  /** Removes control characters from a name, since the table has one line for each file. */
  private static String plain(String name) {
    return name.replaceAll("\\p{Cntrl}", " ");
  }
}
