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
 * Large answers on disk, by their address: memory stays bounded, and the retry of a survey does not
 * ask again. Nothing here is a truth; all of it may be deleted at any time. The oldest go when
 * there are too many, or they are too large together; half-written ones of a past life go at the
 * start. Thread-safe.
 */
public final class AnswerCache {
  private static final int MOST_ANSWERS = 256;
  private static final String ANSWER = ".answer";
  private static final String PART = ".part";

  private final Path directory;
  private final ArchivesConfig.Cache settings;
  private final Clock clock;

  /**
   * @param directory this cache's own; made when missing
   */
  public AnswerCache(Path directory, ArchivesConfig.Cache settings, Clock clock)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    this.settings = settings;
    this.clock = clock;
    list(PART).forEach(AnswerCache::delete);
    sweep();
  }

  /** An answer that is young enough. */
  public Optional<Path> find(URI uri) {
    Path path = path(uri);
    return isFresh(path) ? Optional.of(path) : Optional.empty();
  }

  /** Spools a body into a file that is not an answer yet; the caller checks and keeps it. */
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

  /** Makes a spooled body the answer of an address. */
  public Path keep(URI uri, Path part) throws IOException {
    Path answer = path(uri);
    Files.move(part, answer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(answer, FileTime.from(clock.instant()));
    sweep();
    return answer;
  }

  public void forget(URI uri) {
    delete(path(uri));
  }

  private Path path(URI uri) {
    return directory.resolve(Ids.derive("answer", uri.toString()) + ANSWER);
  }

  /** The newest stays in any case: somebody is about to read it. */
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

  /** The newest first. */
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
