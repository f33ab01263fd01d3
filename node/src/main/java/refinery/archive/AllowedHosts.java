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
 * Which hosts may be asked. What an archive says (a redirect, the address of a file) leads only to
 * hosts that the configuration names, and to the inside of the network only where it names exactly
 * that host and port.
 *
 * @param exact {@code host:port}, of the configured addresses and entries without a wildcard
 * @param suffixes {@code .host} of the entries {@code *.host}
 */
public record AllowedHosts(Set<String> exact, List<String> suffixes) {
  static final String KEY = "refinery.archives.redirect-hosts";
  private static final Pattern ENTRY =
      Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?");

  public AllowedHosts {
    exact = Set.copyOf(exact);
    suffixes = List.copyOf(suffixes);
  }

  /**
   * @param addresses of the archives
   * @param entries {@code host}, {@code host:port} or {@code *.host}; without a port the usual ones
   * @throws IllegalArgumentException with the entry that is none
   */
  static AllowedHosts of(List<URI> addresses, List<String> entries) {
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
    return new AllowedHosts(exact, suffixes);
  }

  /** The usual ports of a host belong together: archives move from http to https. */
  private static void add(Set<String> exact, String host, int port) {
    exact.add(host + ":" + port);
    if (port == 80 || port == 443) {
      exact.add(host + ":80");
      exact.add(host + ":443");
    }
  }

  /** Why an address may not be asked, if so. Looks the host up where only a wildcard names it. */
  public Optional<String> refusal(URI address) {
    if (address.getHost() == null) {
      return Optional.of("an address without a host");
    }
    String host = host(address);
    if (exact.contains(host + ":" + port(address))) {
      return Optional.empty();
    }
    boolean usual = port(address) == 80 || port(address) == 443;
    if (!usual || suffixes.stream().noneMatch(host::endsWith)) {
      return Optional.of(
          host
              + ":"
              + port(address)
              + " is no host of refinery.archives; if it may be asked, add it to "
              + KEY);
    }
    return isInside(host)
        ? Optional.of(host + " is a loopback or private address; name exactly this host in " + KEY)
        : Optional.empty();
  }

  /** Why a redirect is not followed, if so. */
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

  /** Where nobody knows the host the connection fails by itself. */
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
    return address.getPort() >= 0 ? address.getPort() : scheme(address).equals("https") ? 443 : 80;
  }
}
