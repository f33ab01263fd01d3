package refinery.certificates;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A private certificate authority in a directory: its certificate {@code authority.pem} and its key
 * {@code authority-key.pem}. Whoever has that key can make members of the cluster, so it is never
 * copied to nodes. The files for a node are in a subdirectory with the node's name: {@code
 * certificate.pem}, {@code key.pem} and a copy of {@code authority.pem}. Blocking.
 */
public final class Authority {
  public static final String CERTIFICATE = "certificate.pem";
  public static final String KEY = "key.pem";
  public static final String AUTHORITY = "authority.pem";

  private static final String AUTHORITY_KEY = "authority-key.pem";
  private static final int AUTHORITY_DAYS = 3_650;
  private static final int NODE_DAYS = 825;
  private static final int LONGEST_NAME = 63;
  private static final Pattern NAME =
      Pattern.compile(
          "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
  private static final Pattern IP4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern IP6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private final Path directory;

  public Authority(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes the authority.
   *
   * @return the file of its certificate
   * @throws IOException when there is an authority already, or it cannot be made; the message is
   *     for a person
   */
  public Path create() throws IOException {
    Path certificate = directory.resolve(AUTHORITY);
    Path key = directory.resolve(AUTHORITY_KEY);
    refuseToReplace(certificate, key);
    makePrivate(directory);
    try (Keytool keytool = Keytool.open()) {
      Keytool.Pair pair =
          keytool.make(
              "Refinery authority",
              AUTHORITY_DAYS,
              Optional.empty(),
              List.of("bc:critical=ca:true,pathlen:0", "ku:critical=keyCertSign,cRLSign"));
      Pem.write(key, pair.key());
      Pem.write(certificate, pair.certificate());
    }
    return certificate;
  }

  /**
   * The files that were made for a node.
   *
   * @param hosts the names and addresses for which the certificate is valid
   */
  public record Issued(Path directory, Set<String> hosts, X509Certificate certificate) {}

  /**
   * Makes a node's key, and a certificate for the node's name and these hosts. It is valid for
   * {@value #NODE_DAYS} days.
   *
   * @param hosts names and IP addresses by which other nodes reach the node
   * @throws IllegalArgumentException when the name or a host is not valid
   * @throws IOException when there is no authority, or the node has files already; the message is
   *     for a person
   */
  public Issued issue(String name, List<String> hosts) throws IOException {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name of a node; use letters, digits, '-' and '.'");
    }
    Set<String> all = new LinkedHashSet<>(List.of(name));
    all.addAll(hosts);
    String names = all.stream().map(Authority::alternative).collect(Collectors.joining(","));
    if (!Files.exists(directory.resolve(AUTHORITY_KEY))) {
      throw new IOException(
          "there is no authority in "
              + directory
              + "; make one with: refinery certificates init --dir "
              + directory);
    }
    Keytool.Pair signer =
        new Keytool.Pair(
            Pem.privateKey(directory.resolve(AUTHORITY_KEY)),
            Pem.certificate(directory.resolve(AUTHORITY)));
    Path own = directory.resolve(name);
    refuseToReplace(own.resolve(CERTIFICATE), own.resolve(KEY), own.resolve(AUTHORITY));
    makePrivate(own);
    try (Keytool keytool = Keytool.open()) {
      Keytool.Pair pair =
          keytool.make(
              name,
              NODE_DAYS,
              Optional.of(signer),
              List.of("san=" + names, "eku=serverAuth,clientAuth", "ku:critical=digitalSignature"));
      Pem.write(own.resolve(KEY), pair.key());
      Pem.write(own.resolve(CERTIFICATE), pair.certificate());
      Pem.write(own.resolve(AUTHORITY), signer.certificate());
      return new Issued(own, all, pair.certificate());
    }
  }

  /** True when the directory holds an authority. */
  public boolean exists() {
    return Files.exists(directory.resolve(AUTHORITY))
        && Files.exists(directory.resolve(AUTHORITY_KEY));
  }

  /** True when a certificate was made for a node of this name. */
  public boolean hasIssued(String name) {
    return isName(name) && Files.exists(directory.resolve(name).resolve(AUTHORITY));
  }

  private static boolean isName(String name) {
    return name.length() <= LONGEST_NAME && NAME.matcher(name).matches();
  }

  private static String alternative(String host) {
    try {
      if (IP4.matcher(host).matches() || IP6.matcher(host).matches()) {
        return "ip:" + InetAddress.getByName(host).getHostAddress();
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + host + "' is no IP address", e);
    }
    if (!NAME.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "'" + host + "' is neither a host's name nor an IP address");
    }
    return "dns:" + host;
  }

  private static void refuseToReplace(Path... files) throws IOException {
    for (Path file : files) {
      if (Files.exists(file)) {
        throw new IOException(file + " exists and is not replaced; move it away first");
      }
    }
  }

  private static void makePrivate(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }
}
