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
import java.util.Map;
import java.util.stream.Stream;
import refinery.pipeline.Pipeline.Output;
import refinery.pipeline.Pipeline.OutputCheck;
import refinery.protocol.batch.Artifact;
import refinery.storage.ObjectStore;

/**
 * Puts a pipeline's outputs into permanent storage. All are checked before the first is stored. An
 * output whose file is a folder is every file in it, each under its path there.
 */
final class Outputs {
  /** Of the files in a folder, by their endings. */
  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "gz", "application/gzip",
          "tsv", "text/tab-separated-values",
          "zip", "application/zip",
          "parquet", "application/vnd.apache.parquet",
          "h5ad", "application/x-hdf5",
          "json", "application/json");

  private final ObjectStore store;
  private final Path directory;

  Outputs(ObjectStore store, Path directory) {
    this.store = store;
    this.directory = directory;
  }

  List<Artifact> publish(Pipeline pipeline, Placeholders values) throws IOException, StepFailure {
    List<Made> there = new ArrayList<>();
    for (Output output : pipeline.outputs()) {
      List<Made> made = made(output, values);
      if (made.isEmpty() && !output.optional()) {
        throw StepFailure.permanent("the output " + output.file() + " was not written");
      }
      for (Made each : made) {
        for (OutputCheck check : output.checks()) {
          check(each.file(), check);
        }
      }
      there.addAll(made);
    }
    List<Artifact> artifacts = new ArrayList<>();
    for (Made each : there) {
      ObjectStore.StoredObject stored = store.put("", each.file(), true);
      artifacts.add(
          new Artifact(each.name(), stored.sha256(), stored.size(), each.mediaType(), each.role()));
    }
    return artifacts;
  }

  private record Made(Path file, String name, String mediaType, String role) {}

  private List<Made> made(Output output, Placeholders values) throws IOException {
    Path file = directory.resolve(values.text(output.file()));
    if (!isOwn(file)) {
      return List.of();
    }
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      String name = values.text(output.name());
      return List.of(new Made(file, name, output.mediaType(), output.role().orElse(name)));
    }
    if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(file)) {
      return all.filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .map(each -> inFolder(file, each, output))
          .toList();
    }
  }

  /** False for what lies behind a link of the tool's: that may be anybody's file. */
  private boolean isOwn(Path file) throws IOException {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && file.getParent().toRealPath().startsWith(directory.toRealPath());
  }

  private static Made inFolder(Path folder, Path file, Output output) {
    String name = folder.relativize(file).toString();
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return new Made(file, name, MEDIA_TYPES.getOrDefault(ending, output.mediaType()), name);
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
