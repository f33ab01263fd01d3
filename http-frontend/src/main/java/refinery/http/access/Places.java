package refinery.http.access;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names that this server answers to, and the pages that requests may come from. A browser sends
 * requests for any page that is open in it, so a page of another origin must not reach this server,
 * not even by a name of its own that leads here (DNS rebinding). Thread-safe.
 */
public final class Places {
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|[a-z0-9.-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1\\]");
  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+\\]");
  private static final Pattern PORT = Pattern.compile(":\\d*$");

  /** What a request says of where it comes from; absent headers are empty. */
  public record Said(String host, String origin, String fetchSite, String fetchMode) {
    public Said {
      host = host.toLowerCase(Locale.ROOT);
      origin = origin.toLowerCase(Locale.ROOT);
    }
  }

  private final Set<String> names = new HashSet<>();
  private final List<String> hosts;
  private final boolean anyAddress;

  /**
   * @param bound where the server listens
   * @param loopback whether that is this machine only
   * @param hosts further names, {@code *.} before one stands for all names that end so
   */
  public Places(String bound, boolean loopback, List<String> hosts) {
    this.hosts = List.copyOf(hosts);
    this.anyAddress = !loopback;
    names.add(bound.toLowerCase(Locale.ROOT));
    names.add("[" + bound.toLowerCase(Locale.ROOT) + "]");
    if (!loopback) {
      machine().ifPresent(names::add);
    }
  }

  private static Optional<String> machine() {
    try {
      return Optional.of(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** Why a request is for another server; empty if it is for this one. */
  public Optional<String> notHere(Said said) {
    if (said.host().isEmpty() || isOurs(said.host())) {
      return Optional.empty();
    }
    return Optional.of(
        "this server is not called "
            + said.host()
            + "; name it in refinery.http.hosts if it should be");
  }

  /** An address leads to nobody but who has it, so a page cannot pass it off as its own. */
  private boolean isOurs(String host) {
    String name = PORT.matcher(host).replaceFirst("");
    return LOOPBACK.matcher(name).matches()
        || names.contains(name)
        || anyAddress && ADDRESS.matcher(name).matches()
        || hosts.stream().anyMatch(known -> fits(PORT.matcher(known).replaceFirst(""), name));
  }

  private static boolean fits(String known, String name) {
    return known.startsWith("*.") ? name.endsWith(known.substring(1)) : known.equals(name);
  }

  /**
   * Why a request comes from a page of another origin; empty if it does not. Following a link to
   * read is no such request.
   */
  public Optional<String> fromElsewhere(Said said, boolean reads) {
    if (!said.origin().isEmpty() && !isOrigin(said)) {
      return Optional.of("requests from pages of " + said.origin() + " are not taken");
    }
    boolean link = reads && said.origin().isEmpty() && said.fetchMode().equals("navigate");
    return switch (said.fetchSite()) {
      case "cross-site", "same-site" ->
          link
              ? Optional.empty()
              : Optional.of("requests from pages of other servers are not taken");
      default -> Optional.empty();
    };
  }

  /** True if the browser vouches for it that a page of this server sends the request. */
  public boolean isFromOwnPage(Said said) {
    return said.origin().isEmpty() ? said.fetchSite().equals("same-origin") : isOrigin(said);
  }

  private boolean isOrigin(Said said) {
    String authority = authority(said.origin());
    return !authority.isEmpty()
        && (authority.equals(said.host())
            || hosts.stream().anyMatch(host -> fits(host, authority)));
  }

  private static String authority(String origin) {
    try {
      return Optional.ofNullable(new URI(origin).getAuthority()).orElse("");
    } catch (URISyntaxException e) {
      return "";
    }
  }
}
