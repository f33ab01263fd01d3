package refinery.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import refinery.client.NodeClient;
import refinery.client.SavedTokens;

/** Which node to talk to; mixed into every client command. */
public final class Connection {
  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${env:REFINERY_URL:-http://127.0.0.1:8080}",
      description = "The node's address (default: ${DEFAULT-VALUE}; also REFINERY_URL).")
  private String url = "";

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "Bearer token; better given as REFINERY_TOKEN, where others do not see it.")
  private Optional<String> token = Optional.empty();

  @Option(
      names = "--authority",
      paramLabel = "FILE",
      description =
          "For https: the authority whose certificate the node shows (PEM); also"
              + " REFINERY_AUTHORITY. Without: those that the JDK knows.")
  private Optional<Path> authority = Optional.empty();

  public NodeClient client() {
    Optional<String> secret =
        token
            .or(() -> Optional.ofNullable(System.getenv("REFINERY_TOKEN")))
            .filter(value -> !value.isBlank())
            .or(() -> new SavedTokens(System.getenv()).find(url));
    return new NodeClient(url, secret, authority.or(Connection::believed));
  }

  /** The authority that the environment names. */
  static Optional<Path> believed() {
    return Optional.ofNullable(System.getenv("REFINERY_AUTHORITY"))
        .filter(value -> !value.isBlank())
        .map(Path::of);
  }

  String url() {
    return url;
  }
}
