package refinery.archive.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import refinery.archive.ArchiveHttp;
import refinery.archive.PublicBuckets;
import refinery.archive.Reply;
import refinery.archive.Slug;
import refinery.archive.files.FilesConfig;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Ids;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.source.Source.SourceException;

/**
 * Matrices at addresses of the users' own: hosts and directories that the configuration allows
 * under {@code refinery.archives.files}. Blocking, thread-safe.
 */
final class MatrixPlaces {
  static final String MATRIX = "matrix";

  /** Downloads of this name may come from the users' own places. */
  private static final String OWN = "files";

  private static final Pattern ANY = Pattern.compile(".*[^/]", Pattern.DOTALL);
  private static final List<String> TABLES = List.of("features", "barcodes");

  private final FilesConfig files;
  private final ArchiveHttp http;

  MatrixPlaces(FilesConfig files, ArchiveHttp http) {
    this.files = files;
    this.http = http;
  }

  /** Why an address may not be read, judged by its text; empty when it may. */
  Optional<String> refusal(String address) {
    if (address.startsWith("ftp:")) {
      return Optional.of("must be an absolute path, or an http, https or s3 address");
    }
    return files.refusal(address, ANY, "names no file");
  }

  /** A file as its place describes it. */
  private record Stated(SourceFile file, String version) {}

  FoundMatrix find(String url, JsonNode parameters) throws SourceException, InterruptedException {
    List<SourceFile> found = new ArrayList<>();
    StringBuilder versions = new StringBuilder();
    Stated matrix = stated(url, MATRIX + (url.endsWith(".gz") ? ".gz" : ""));
    found.add(matrix.file());
    versions.append(matrix.version());
    for (String table : TABLES) {
      if (parameters.has(table)) {
        String address = parameters.path(table).asText().strip();
        Stated stated = stated(address, table + (address.endsWith(".gz") ? ".gz" : ""));
        found.add(stated.file());
        versions.append(' ').append(address).append(' ').append(stated.version());
      }
    }
    String name = url.substring(url.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
    String key =
        (name.length() <= 80 ? name : name.substring(name.length() - 80))
            + "/"
            + Ids.derive(MATRIX, url).substring(0, 12);
    return new FoundMatrix(
        key, versions.toString(), Optional.empty(), Map.of("url", Slug.metadata(url)), found);
  }

  private Stated stated(String address, String format)
      throws SourceException, InterruptedException {
    return address.contains("://") ? remote(address, format) : local(address, format);
  }

  private Stated local(String address, String format) throws SourceException {
    try {
      Path file = files.directories().file(address);
      long size = Files.size(file);
      String version = size + "-" + Files.getLastModifiedTime(file).toMillis();
      return new Stated(
          file(format, Path.of(address).toUri().toString(), OptionalLong.of(size)), version);
    } catch (NoSuchFileException absent) {
      throw failure(FailureClass.ABSENT, "there is no such file");
    } catch (AccessDeniedException refused) {
      throw failure(
          FailureClass.PERMANENT,
          Optional.ofNullable(refused.getReason()).orElse("may not be read"));
    } catch (IOException broken) {
      throw failure(FailureClass.TRANSIENT, "cannot be read: " + broken.getMessage());
    }
  }

  private Stated remote(String address, String format)
      throws SourceException, InterruptedException {
    URI stated = URI.create(address);
    URI asked = PublicBuckets.isObject(stated) ? files.buckets().address(stated) : stated;
    Optional<String> refusal = files.hosts().refusal(asked);
    if (refusal.isPresent()) {
      throw failure(FailureClass.PERMANENT, refusal.get());
    }
    Reply<ArchiveHttp.Head> reply = http.head(asked);
    if (!(reply instanceof Reply.Ok<ArchiveHttp.Head> ok)) {
      throw new SourceException(Reply.failure(reply));
    }
    OptionalLong size = ok.value().length().map(OptionalLong::of).orElse(OptionalLong.empty());
    return new Stated(
        file(format, address, size), ok.value().version().orElse(FoundMatrix.UNKNOWN));
  }

  private static SourceFile file(String format, String url, OptionalLong size) {
    return new SourceFile(
        format, format, List.of(new Location(OWN, url, format, size, Optional.empty())));
  }

  private static SourceException failure(FailureClass failureClass, String message) {
    return new SourceException(Failure.of(failureClass, message));
  }
}
