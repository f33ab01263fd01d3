package refinery.archive.files;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The directories below which a survey may name files of this machine. A file must lie below one of
 * them by its name, and also after all links are followed. Thread-safe.
 */
public record AllowedDirectories(List<Path> directories) {
  private static final String KEY = "refinery.archives.files.directories";

  public AllowedDirectories {
    directories = List.copyOf(directories);
  }

  /** Why a path may not be read, judged by its text alone; empty when it may. */
  Optional<String> refusal(String text) {
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException none) {
      return Optional.of("is no path");
    }
    if (!path.isAbsolute()) {
      return Optional.of("must be an absolute path, or an http, https, ftp or s3 address");
    }
    if (!path.equals(path.normalize())) {
      return Optional.of("must not hold '.' or '..'");
    }
    return isBelow(path, directories) ? Optional.empty() : Optional.of(notBelow());
  }

  /**
   * Opens a file for reading by its real path, from {@link #file}. Each directory on the way is
   * opened in the one before, and none may be a link: who exchanges one meanwhile gains nothing.
   *
   * @throws IOException when the way is another by now, or the file is none
   */
  public SeekableByteChannel open(Path real) throws IOException {
    for (Path directory : real(directories)) {
      if (real.startsWith(directory) && !real.equals(directory)) {
        return opened(directory, directory.relativize(real));
      }
    }
    throw new AccessDeniedException(real.toString(), null, notBelow());
  }

  private static SeekableByteChannel opened(Path directory, Path names) throws IOException {
    try (Closer open = new Closer()) {
      SecureDirectoryStream<Path> inside = open.add(Files.newDirectoryStream(directory));
      for (Path name : names.getNameCount() > 1 ? names.getParent() : List.<Path>of()) {
        inside = open.add(inside.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
      }
      return inside.newByteChannel(
          names.getFileName(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }
  }

  /** Closes the directories of a way. */
  private static final class Closer implements AutoCloseable {
    private final List<DirectoryStream<Path>> streams = new ArrayList<>();

    SecureDirectoryStream<Path> add(DirectoryStream<Path> stream) throws IOException {
      streams.add(stream);
      if (stream instanceof SecureDirectoryStream<Path> secure) {
        return secure;
      }
      throw new IOException("this system cannot open a file safely from other users");
    }

    @Override
    public void close() throws IOException {
      for (DirectoryStream<Path> stream : streams) {
        stream.close();
      }
    }
  }

  /**
   * The file's real path, with all links followed. Open it by {@link #open} only.
   *
   * @throws AccessDeniedException when the file may not be read, with the reason
   * @throws NoSuchFileException when there is no such file
   */
  public Path file(String text) throws IOException {
    Optional<String> refusal = refusal(text);
    if (refusal.isPresent()) {
      throw new AccessDeniedException(text, null, refusal.get());
    }
    Path real = Path.of(text).toRealPath();
    if (!isBelow(real, real(directories))) {
      throw new AccessDeniedException(text, null, "a link leads out; " + notBelow());
    }
    if (!Files.isRegularFile(real)) {
      throw new AccessDeniedException(text, null, "is no regular file");
    }
    return real;
  }

  /** The real paths of the directories that exist; one that is not mounted holds no file. */
  private static List<Path> real(List<Path> directories) throws IOException {
    List<Path> real = new ArrayList<>();
    for (Path directory : directories) {
      if (Files.isDirectory(directory)) {
        real.add(directory.toRealPath());
      }
    }
    return real;
  }

  private static boolean isBelow(Path path, List<Path> directories) {
    return directories.stream()
        .anyMatch(directory -> path.startsWith(directory) && !path.equals(directory));
  }

  private String notBelow() {
    return directories.isEmpty()
        ? "no directory may be read; name one in " + KEY
        : "must lie below "
            + directories.stream().map(Path::toString).collect(Collectors.joining(" or "))
            + " ("
            + KEY
            + ")";
  }
}
