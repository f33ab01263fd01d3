package refinery.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.Json;

/**
 * The tokens that {@code refinery login} keeps, by the address of the node: a file that only its
 * owner can read, in {@code $XDG_CONFIG_HOME/refinery} or {@code ~/.config/refinery}. A token is
 * sent to the very scheme, host and port that it was kept for, and to no other.
 */
public final class SavedTokens {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");
  private static final int LARGEST = 1 << 20;

  private final Path file;

  public SavedTokens(Map<String, String> environment) {
    String home = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path config =
        home.isBlank() ? Path.of(System.getProperty("user.home"), ".config") : Path.of(home);
    this.file = config.resolve("refinery").resolve("tokens.json");
  }

  public Path file() {
    return file;
  }

  /** The token that is kept for this address; empty if there is none. */
  public Optional<String> find(String url) {
    Optional<String> key = key(url);
    return key.isPresent() && Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        ? Optional.ofNullable(read().path(key.get()).textValue())
        : Optional.empty();
  }

  public void keep(String url, String token) {
    ObjectNode all = read();
    all.put(requiredKey(url), token);
    write(all);
  }

  /** Forgets the token of this address; false if there was none. */
  public boolean forget(String url) {
    ObjectNode all = read();
    boolean found = all.remove(requiredKey(url)) != null;
    if (found) {
      write(all);
    }
    return found;
  }

  private static String requiredKey(String url) {
    return key(url)
        .orElseThrow(() -> CommandFailure.usage("'" + url + "' is not like http://127.0.0.1:8080"));
  }

  /** Scheme, host and port. */
  private static Optional<String> key(String url) {
    try {
      URI uri = URI.create(url.strip());
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
        return Optional.empty();
      }
      int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
      return Optional.of(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private ObjectNode read() {
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return Json.MAPPER.createObjectNode();
      }
      requirePrivate();
      return (ObjectNode)
          Json.MAPPER.readTree(Files.readString(file, StandardCharsets.UTF_8).strip());
    } catch (IOException | ClassCastException e) {
      throw CommandFailure.failed("cannot read " + file + ": " + e.getMessage());
    }
  }

  private void requirePrivate() throws IOException {
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || Files.size(file) > LARGEST
          || !PRIVATE.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS))) {
        throw CommandFailure.usage(
            file + " holds tokens and can be read by others, or is no file: chmod 600 it");
      }
    } catch (UnsupportedOperationException e) {
      // A file system without permissions: nothing to check.
      return;
    }
  }

  /** Under another name first, so that the file is never half written nor ever open to others. */
  private void write(ObjectNode all) {
    try {
      Path directory = Files.createDirectories(file.getParent());
      Path next =
          Files.createTempFile(
              directory, "tokens", ".new", PosixFilePermissions.asFileAttribute(PRIVATE));
      try {
        Files.writeString(next, all.toPrettyString() + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(next);
      }
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + file + ": " + e.getMessage());
    }
  }
}
