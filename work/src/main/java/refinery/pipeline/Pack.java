package refinery.pipeline;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import refinery.protocol.Json;
import refinery.storage.Sha256;

/**
 * The step {@code pack}: packs {@code files} (names in the working directory, separated by blanks)
 * with a manifest into the tarball {@code to}. Arguments {@code meta.*} become the manifest's
 * metadata. Equal files give equal bytes: entries are sorted and have no times or owners.
 */
final class Pack implements Builtin {
  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Map<String, Path> files = new TreeMap<>();
    for (String name : context.text("files").strip().split("\\s+")) {
      add(context.work(), context.inside(name), files);
    }
    List<IndexManifest.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      entries.add(
          new IndexManifest.Entry(
              file.getKey(), Files.size(file.getValue()), digest(file.getValue(), context)));
    }
    Map<String, String> metadata = new TreeMap<>(context.facts());
    metadata.putAll(context.group("meta."));
    byte[] manifest =
        Json.MAPPER
            .writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(
                Map.of(
                    "format", IndexManifest.FORMAT,
                    "metadata", metadata,
                    "files", entries));
    write(context, files, manifest);
    context.checked(entries.size() + " files packed, each with its SHA-256 in the manifest");
  }

  static String digest(Path file, StepContext context) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (InputStream in = Streams.raw(file, context.attempt());
        OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(sink);
    }
    return Sha256.hex(digest.digest());
  }

  private static void add(Path work, Path path, Map<String, Path> files)
      throws IOException, StepFailure {
    try (Stream<Path> found = Files.walk(path)) {
      for (Path file : found.toList()) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          files.put(work.relativize(file).toString().replace('\\', '/'), file);
        }
      }
    } catch (java.nio.file.NoSuchFileException e) {
      throw StepFailure.permanent("there is no " + e.getFile() + " to pack");
    }
  }

  private static void write(StepContext context, Map<String, Path> files, byte[] manifest)
      throws IOException, StepFailure {
    GzipParameters parameters = new GzipParameters();
    parameters.setModificationTime(0);
    parameters.setOperatingSystem(255);
    try (OutputStream file = new BufferedOutputStream(context.create("to"), 1 << 17);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(new GzipCompressorOutputStream(file, parameters))) {
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.putArchiveEntry(entry(IndexManifest.NAME, manifest.length));
      tar.write(manifest);
      tar.closeArchiveEntry();
      byte[] buffer = new byte[1 << 17];
      for (Map.Entry<String, Path> next : files.entrySet()) {
        tar.putArchiveEntry(entry(next.getKey(), Files.size(next.getValue())));
        try (InputStream in = Streams.raw(next.getValue(), context.attempt())) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            tar.write(buffer, 0, n);
          }
        }
        tar.closeArchiveEntry();
      }
    }
  }

  private static TarArchiveEntry entry(String name, long size) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setMode(0100644);
    entry.setModTime(0L);
    entry.setIds(0, 0);
    entry.setNames("", "");
    return entry;
  }
}
