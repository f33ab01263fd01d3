package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;

/**
 * Copies artifacts out, each batch into a folder of its own. Every file is written under a staging
 * name, verified by its SHA-256 and renamed; what is there already is left alone.
 */
@Command(name = "fetch", description = "Copy the artifacts of a batch or survey out, verified.")
final class FetchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Parameters(paramLabel = "BATCH|SURVEY")
  private String id = "";

  @Option(names = "--to", paramLabel = "DIR", required = true, description = "Target folder.")
  private Path target = Path.of(".");

  private int copied;
  private int present;

  @Override
  public Integer call() {
    Resource resource = Resource.of(id).require(id, "batch", "survey");
    NodeClient client = connection.client();
    if (resource.kind().equals("batch")) {
      batch(client, client.get(resource.path()));
    } else {
      client.get(resource.path());
      Map<String, String> filter = Map.of("survey_id", id, "state", "done");
      client.list("/batches", filter, Long.MAX_VALUE, batch -> batch(client, batch));
    }
    String line = "%d files copied, %d already there".formatted(copied, present);
    spec.commandLine().getOut().println(line);
    return 0;
  }

  private void batch(NodeClient client, JsonNode batch) {
    Path folder = target.resolve(folder(batch));
    Set<String> names = new HashSet<>();
    for (JsonNode artifact : batch.path("artifacts")) {
      String name = unique(safe(artifact.path("name").asText()), names);
      try {
        Files.createDirectories(folder);
        file(client, artifact, folder.resolve(name));
      } catch (IOException e) {
        throw CommandFailure.failed("cannot write " + folder.resolve(name) + ": " + reason(e));
      }
    }
  }

  private void file(NodeClient client, JsonNode artifact, Path file) throws IOException {
    String sha256 = artifact.path("sha256").asText();
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw CommandFailure.failed("the node lists " + file.getFileName() + " without a digest");
    }
    if (Files.isRegularFile(file) && digest(file).equals(sha256)) {
      present++;
      return;
    }
    Path staging = Files.createTempFile(file.getParent(), ".fetching-", "");
    try {
      String got = download(client, sha256, staging);
      if (!got.equals(sha256)) {
        throw CommandFailure.failed(
            file.getFileName() + " arrived damaged: SHA-256 " + got + " instead of " + sha256);
      }
      Files.move(
          staging, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      spec.commandLine().getOut().println(file);
      copied++;
    } finally {
      Files.deleteIfExists(staging);
    }
  }

  private static String download(NodeClient client, String sha256, Path staging)
      throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = client.stream("/artifacts/" + sha256, false);
        OutputStream out = new DigestOutputStream(Files.newOutputStream(staging), digest)) {
      in.transferTo(out);
    }
    try (FileChannel channel = FileChannel.open(staging, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String digest(Path file) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The key, readable, and enough of the id to tell equal keys apart. */
  static String folder(JsonNode batch) {
    String body = batch.path("id").asText().replaceFirst("^batch-", "");
    return safe(batch.path("key").asText() + "-" + body.substring(0, Math.min(8, body.length())));
  }

  /** A file name without separators, control characters or a leading dot. */
  static String safe(String name) {
    String safe = name.replaceAll("[^A-Za-z0-9._+-]", "_").replaceFirst("^\\.+", "_");
    return safe.isEmpty() ? "_" : safe.substring(0, Math.min(150, safe.length()));
  }

  /** A second file of the same name gets a number; names differ even where case does not count. */
  static String unique(String name, Set<String> taken) {
    String candidate = name;
    for (int i = 2; !taken.add(candidate.toLowerCase(Locale.ROOT)); i++) {
      candidate = i + "-" + name;
    }
    return candidate;
  }

  private static String reason(IOException error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
