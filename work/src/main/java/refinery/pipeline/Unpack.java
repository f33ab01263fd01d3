package refinery.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import refinery.agent.Attempt;
import refinery.protocol.Json;
import refinery.storage.LocalObjectStore;
import refinery.storage.Sha256;

/**
 * The step {@code unpack}: unpacks the index {@code from} into {@code to} and compares every file
 * with the manifest's digest before it is used. Salmon quantifies with an index that is cut off and
 * exits with 0.
 */
final class Unpack implements Builtin {
  private static final Pattern SAFE =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*");
  private static final int LONGEST_NAME = 1000;
  private static final int LARGEST_MANIFEST = 16 << 20;

  /** Called with the manifest before any other file is written. */
  interface Announced {
    void accept(IndexManifest manifest) throws IOException;
  }

  /** A file could not be written: that says nothing of the tarball. */
  private static final class Unwritten extends IOException {
    private static final long serialVersionUID = 1L;

    Unwritten(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Tells failures to write from failures to read. */
  private static final class Unpacked extends FilterOutputStream {
    Unpacked(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw LocalObjectStore.isOutOfSpace(e) || e instanceof Streams.StoppedException
            ? e
            : new Unwritten(e);
      }
    }
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Path to = context.path("to");
    Path from = context.path("from");
    IndexManifest manifest;
    Optional<StepContext.SharedReference> shared = context.reference(from);
    if (shared.isPresent()) {
      manifest = shared.get().manifest();
      Files.createDirectories(to.getParent());
      Files.createSymbolicLink(to, shared.get().path());
    } else {
      Files.createDirectories(to);
      manifest = verified(from, to, context.room(), context.attempt(), coming -> {});
    }
    manifest.metadata().forEach((name, value) -> context.learned("index_" + strip(name), value));
    context.checked(
        manifest.files().size() + " files of the index have the digests of its manifest");
  }

  /**
   * Unpacks a tarball and checks every file against its manifest.
   *
   * @param announced called with the manifest before any other file is written
   * @throws StepFailure if the tarball is damaged
   */
  static IndexManifest verified(
      Path tarball, Path to, ScratchRoom room, Attempt attempt, Announced announced)
      throws IOException, StepFailure {
    Map<String, String> found = new TreeMap<>();
    Optional<IndexManifest> manifest;
    try (TarArchiveInputStream tar = new TarArchiveInputStream(Streams.open(tarball, attempt))) {
      manifest = readAll(tar, to, room, announced, found);
    } catch (IOException e) {
      if (LocalObjectStore.isOutOfSpace(e)
          || e instanceof Streams.StoppedException
          || e instanceof FileSystemException
          || e instanceof Unwritten) {
        throw e;
      }
      throw damaged(e.getMessage());
    }
    if (manifest.isEmpty()) {
      throw damaged("it has no " + IndexManifest.NAME);
    }
    compare(manifest.get(), found);
    return manifest.get();
  }

  private static String strip(String name) {
    return name.startsWith("index_") ? name.substring("index_".length()) : name;
  }

  private static Optional<IndexManifest> readAll(
      TarArchiveInputStream tar,
      Path to,
      ScratchRoom room,
      Announced announced,
      Map<String, String> found)
      throws IOException, StepFailure {
    Optional<IndexManifest> manifest = Optional.empty();
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      String name = entry.getName();
      if (!entry.isFile()
          || name.length() > LONGEST_NAME
          || !SAFE.matcher(name).matches()
          || found.containsKey(name)) {
        throw damaged("unexpected entry '" + name + "'");
      }
      if (name.equals(IndexManifest.NAME)) {
        manifest = Optional.of(manifest(tar, to, room));
        announced.accept(manifest.get());
      } else {
        Path target = to.resolve(name);
        Files.createDirectories(target.getParent());
        MessageDigest digest = Sha256.digest();
        try (OutputStream out = new DigestOutputStream(new Unpacked(room.create(target)), digest)) {
          tar.transferTo(out);
        }
        found.put(name, Sha256.hex(digest.digest()));
      }
    }
    return manifest;
  }

  private static IndexManifest manifest(InputStream in, Path to, ScratchRoom room)
      throws IOException, StepFailure {
    byte[] bytes = in.readNBytes(LARGEST_MANIFEST);
    try (OutputStream out = room.create(to.resolve(IndexManifest.NAME))) {
      out.write(bytes);
    }
    try {
      return Json.MAPPER.readValue(bytes, IndexManifest.class);
    } catch (JsonProcessingException e) {
      throw damaged(IndexManifest.NAME + " is not readable");
    }
  }

  private static void compare(IndexManifest manifest, Map<String, String> found)
      throws StepFailure {
    if (manifest.format() != IndexManifest.FORMAT) {
      throw StepFailure.permanent(
          "the index has format " + manifest.format() + "; rebuild it with this version");
    }
    for (IndexManifest.Entry entry : manifest.files()) {
      String digest = found.get(entry.path());
      if (digest == null) {
        throw damaged(entry.path() + " is missing");
      }
      if (!digest.equals(entry.sha256())) {
        throw damaged(entry.path() + " is not the file that was packed");
      }
    }
    if (manifest.files().size() != found.size()) {
      throw damaged("it holds files that its manifest does not name");
    }
  }

  private static StepFailure damaged(String what) {
    return StepFailure.corrupt("the index is damaged: " + what + "; reprocess its batch");
  }
}
