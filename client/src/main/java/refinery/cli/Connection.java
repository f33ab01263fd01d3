package refinery.cli;

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

  public NodeClient client() {
    Optional<String> secret =
        token
            .or(() -> Optional.ofNullable(System.getenv("REFINERY_TOKEN")))
            .filter(value -> !value.isBlank())
            .or(() -> new SavedTokens(System.getenv()).find(url));
    return new NodeClient(url, secret);
  }

  String url() {
    return url;
  }
}
