package refinery.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import refinery.pipeline.Pipeline.Output;
import refinery.pipeline.Pipeline.OutputCheck;
import refinery.protocol.batch.Artifact;
import refinery.storage.ObjectStore;

/** Puts a pipeline's outputs into permanent storage. All are checked before the first is stored. */
final class Outputs {
  private final ObjectStore store;
  private final Path directory;

  Outputs(ObjectStore store, Path directory) {
    this.store = store;
    this.directory = directory;
  }

  List<Artifact> publish(Pipeline pipeline, Placeholders values) throws IOException, StepFailure {
    List<Output> there = new ArrayList<>();
    for (Output output : pipeline.outputs()) {
      Path file = directory.resolve(values.text(output.file()));
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        for (OutputCheck check : output.checks()) {
          check(file, check);
        }
        there.add(output);
      } else if (!output.optional()) {
        throw StepFailure.permanent("the output " + output.file() + " was not written");
      }
    }
    List<Artifact> artifacts = new ArrayList<>();
    for (Output output : there) {
      ObjectStore.StoredObject stored =
          store.put("", directory.resolve(values.text(output.file())), true);
      artifacts.add(
          new Artifact(
              values.text(output.name()),
              stored.sha256(),
              stored.size(),
              output.mediaType(),
              output.role().orElseGet(() -> values.text(output.name()))));
    }
    return artifacts;
  }

  private static void check(Path file, OutputCheck check) throws IOException, StepFailure {
    String name = file.getFileName().toString();
    switch (check) {
      case NOT_EMPTY -> {
        if (Files.size(file) == 0) {
          throw StepFailure.cutShort(name + " is empty");
        }
      }
      case ENDS_WITH_NEWLINE -> {
        if (!endsWithNewline(file)) {
          throw StepFailure.cutShort(name + " does not end with a newline");
        }
      }
      case JSON -> JsonFile.read(file);
    }
  }

  private static boolean endsWithNewline(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.size() > 0
          && channel.read(last, channel.size() - 1) == 1
          && last.get(0) == '\n';
    }
  }
}
