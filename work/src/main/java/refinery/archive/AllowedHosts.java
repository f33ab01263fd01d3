package refinery.archive;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The hosts that may be asked. An address that an archive states (a redirect, or a file's address)
 * is followed only to hosts that the configuration names. A loopback or private address must be
 * named there with exactly its host and port.
 *
 * @param key of the configuration, under which another host can be allowed
 * @param exact {@code host:port} of the configured addresses and of entries without a wildcard
 * @param suffixes {@code .host} of the entries {@code *.host}
 */
public record AllowedHosts(String key, Set<String> exact, List<String> suffixes) {
  private static final int FTP_PORT = 21;
  static final String KEY = "refinery.archives.redirect-hosts";
  private static final Pattern ENTRY =
      Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?");

  public AllowedHosts {
    exact = Set.copyOf(exact);
    suffixes = List.copyOf(suffixes);
  }

  /**
   * @param key of the configuration, for messages
   * @param addresses of the archives
   * @param entries {@code host}, {@code host:port} or {@code *.host}; without a port 80 and 443
   * @throws IllegalArgumentException names the first entry that has none of these forms
   */
  public static AllowedHosts of(String key, List<URI> addresses, List<String> entries) {
    Set<String> exact = new HashSet<>();
    List<String> suffixes = new java.util.ArrayList<>();
    addresses.forEach(address -> add(exact, host(address), port(address)));
    for (String entry : entries) {
      String text = entry.strip().toLowerCase(Locale.ROOT);
      if (!ENTRY.matcher(text).matches() || (text.startsWith("*.") && text.contains(":"))) {
        throw new IllegalArgumentException(
            "holds '" + entry + "', which is not like host, host:port or *.host");
      }
      if (text.startsWith("*.")) {
        suffixes.add(text.substring(1));
      } else {
        int colon = text.indexOf(':');
        add(
            exact,
            colon < 0 ? text : text.substring(0, colon),
            colon < 0 ? 443 : Integer.parseInt(text.substring(colon + 1)));
      }
    }
    return new AllowedHosts(key, exact, suffixes);
  }

  /** Allows both usual ports if one of them is named, since archives move from http to https. */
  private static void add(Set<String> exact, String host, int port) {
    exact.add(host + ":" + port);
    if (port == 80 || port == 443) {
      exact.add(host + ":80");
      exact.add(host + ":443");
    }
  }

  /**
   * The reason why an address may not be asked; empty when it may. Looks the host up in DNS if only
   * a wildcard names it.
   */
  public Optional<String> refusal(URI address) {
    Optional<String> byName = refusalByName(address);
    if (byName.isPresent() || isExact(address) || !isInside(host(address))) {
      return byName;
    }
    return Optional.of(
        host(address) + " is a loopback or private address; name exactly this host in " + key);
  }

  /** A host that may be asked by HTTP at the usual port may be asked by FTP at its usual port. */
  private boolean isExact(URI address) {
    if (scheme(address).equals("ftp") && isUsualHttp(address)) {
      return false;
    }
    return exact.contains(host(address) + ":" + port(address))
        || (isUsualFtp(address) && exact.contains(host(address) + ":443"));
  }

  private static boolean isUsualHttp(URI address) {
    return port(address) == 80 || port(address) == 443;
  }

  private static boolean isUsualFtp(URI address) {
    return scheme(address).equals("ftp") && port(address) == FTP_PORT;
  }

  /** The same by the text of the address alone: no host is looked up. */
  public Optional<String> refusalByName(URI address) {
    if (address.getHost() == null) {
      return Optional.of("an address without a host");
    }
    String host = host(address);
    if (isExact(address)) {
      return Optional.empty();
    }
    boolean usual = isUsualFtp(address) || (!scheme(address).equals("ftp") && isUsualHttp(address));
    if (!usual || suffixes.stream().noneMatch(host::endsWith)) {
      return Optional.of(
          host
              + ":"
              + port(address)
              + " is no host of refinery.archives; if it may be asked, add it to "
              + key);
    }
    return Optional.empty();
  }

  /** The reason why a redirect is not followed; empty when it is. */
  public Optional<String> refusal(URI from, URI to) {
    String scheme = scheme(to);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      return Optional.of("it leads to something else than http");
    }
    if (scheme.equals("http") && scheme(from).equals("https")) {
      return Optional.of("it leads from https to http");
    }
    return refusal(to);
  }

  /**
   * True for loopback, private and multicast addresses. An unknown host counts as outside: the
   * connection fails by itself.
   */
  private static boolean isInside(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        boolean uniqueLocal =
            address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc;
        if (address.isLoopbackAddress()
            || address.isAnyLocalAddress()
            || address.isLinkLocalAddress()
            || address.isSiteLocalAddress()
            || address.isMulticastAddress()
            || uniqueLocal) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  private static String scheme(URI address) {
    return String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
  }

  private static String host(URI address) {
    return address.getHost().toLowerCase(Locale.ROOT);
  }

  private static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return switch (scheme(address)) {
      case "https" -> 443;
      case "ftp" -> FTP_PORT;
      default -> 80;
    };
  }
}
