package refinery.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The token that a node on this machine made for its owner. Its refusal names the file; it is sent
 * only when the file is private and the very user who owns it listens at the port, so that nobody
 * who took the port can ask for another's token. Linux: elsewhere who listens is not known, and the
 * token is to be given.
 */
final class OwnersToken {
  private static final Pattern FILE = Pattern.compile("token_file=\"([^\"]{1,8192})\"");
  private static final int LARGEST = 4096;
  private static final String LISTENS = "0A";
  private static final Set<PosixFilePermission> PRIVATE =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private OwnersToken() {}

  /** The token that this refusal asks for, where it may be sent to {@code base}. */
  static Optional<String> askedFor(URI base, HttpResponse<?> refusal) {
    Optional<Path> file =
        refusal.headers().allValues("WWW-Authenticate").stream()
            .map(FILE::matcher)
            .filter(Matcher::find)
            .map(found -> URLDecoder.decode(found.group(1), StandardCharsets.UTF_8))
            .findFirst()
            .map(Path::of);
    try {
      return file.isPresent() && isLoopback(base) ? read(file.get(), base) : Optional.empty();
    } catch (IOException | UnsupportedOperationException unreadable) {
      return Optional.empty();
    }
  }

  private static Optional<String> read(Path file, URI base) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.size(file) > LARGEST
        || !PRIVATE.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS))) {
      return Optional.empty();
    }
    String owner = Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS).toString();
    return listeners(port(base)).equals(Set.of(owner))
        ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
        : Optional.empty();
  }

  /** The users who listen at this port of the machine, from {@code proc_net_tcp(5)}. */
  private static Set<String> listeners(int port) throws IOException {
    String suffix = ":%04X".formatted(port);
    Set<String> users = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      Path file = Path.of(table);
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
          String[] fields = line.strip().split("\\s+");
          if (fields.length > 7 && fields[1].endsWith(suffix) && fields[3].equals(LISTENS)) {
            users.add(fields[7]);
          }
        }
      }
    }
    return users;
  }

  private static int port(URI base) {
    return base.getPort() >= 0 ? base.getPort() : "https".equals(base.getScheme()) ? 443 : 80;
  }

  private static boolean isLoopback(URI base) {
    try {
      return InetAddress.getByName(base.getHost()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
