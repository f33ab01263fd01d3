package refinery.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.protocol.Ids;

/**
 * Keeps large answers on disk by their addresses, so that memory stays bounded and the retry of a
 * survey need not ask again. All of it may be deleted at any time. Removes answers that are too
 * old, and the oldest when there are too many or they take too much space. Files that an earlier
 * life left half-written are removed at the start. Thread-safe.
 */
public final class AnswerCache {
  private static final int MOST_ANSWERS = 256;
  private static final String ANSWER = ".answer";
  private static final String PART = ".part";

  private final Path directory;
  private final ArchivesConfig.Cache settings;
  private final Clock clock;

  /**
   * @param directory used by this cache alone; made when missing
   */
  public AnswerCache(Path directory, ArchivesConfig.Cache settings, Clock clock)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    this.settings = settings;
    this.clock = clock;
    list(PART).forEach(AnswerCache::delete);
    sweep();
  }

  /** The file of an answer that is young enough to be used; it may be removed at any time. */
  public Optional<Path> find(URI uri) {
    Path path = path(uri);
    return isFresh(path) ? Optional.of(path) : Optional.empty();
  }

  /**
   * Writes a body to a file that is not an answer yet. The caller checks it, and then calls {@link
   * #keep} or deletes it.
   */
  public Path spool(InputStream body) throws IOException {
    Path part = Files.createTempFile(directory, "", PART);
    try {
      Files.copy(body, part, StandardCopyOption.REPLACE_EXISTING);
      return part;
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
  }

  /** Makes a file of {@link #spool} the answer of an address, and returns its new place. */
  public Path keep(URI uri, Path part) throws IOException {
    Path answer = path(uri);
    Files.move(part, answer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(answer, FileTime.from(clock.instant()));
    sweep();
    return answer;
  }

  /** Removes the answer of an address, if there is one. */
  public void forget(URI uri) {
    delete(path(uri));
  }

  private Path path(URI uri) {
    return directory.resolve(Ids.derive("answer", uri.toString()) + ANSWER);
  }

  /**
   * Removes what is too old or too much. Of fresh answers the newest always stays: somebody is
   * about to read it.
   */
  private void sweep() throws IOException {
    long bytes = 0;
    int kept = 0;
    for (Path answer : list(ANSWER)) {
      bytes += size(answer);
      boolean fits = kept == 0 || (kept < MOST_ANSWERS && bytes <= settings.maxSize());
      if (fits && isFresh(answer)) {
        kept++;
      } else {
        delete(answer);
      }
    }
  }

  /** The files with this ending, the newest first. */
  private List<Path> list(String suffix) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> path.toString().endsWith(suffix))
          .sorted(Comparator.comparing(AnswerCache::modified).reversed())
          .toList();
    }
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException gone) {
      return 0;
    }
  }

  private boolean isFresh(Path path) {
    return modified(path).plus(settings.timeToLive()).isAfter(clock.instant());
  }

  private static Instant modified(Path path) {
    try {
      return Files.getLastModifiedTime(path).toInstant();
    } catch (IOException gone) {
      return Instant.EPOCH;
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
  }
}
