package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Table;

/** Lists or exports who did what. */
@Command(
    name = "audit",
    description =
        "List who did what, when and from where, newest first. Needs a token with the scope admin.")
final class AuditCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private final Listing listing = new Listing();

  @Option(names = "--actor", paramLabel = "NAME", description = "Only of this token or schedule.")
  private Optional<String> actor = Optional.empty();

  @Option(names = "--kind", paramLabel = "KIND", description = "person, schedule or system.")
  private Optional<String> kind = Optional.empty();

  @Option(names = "--action", paramLabel = "PART", description = "Only with this, as 'retry'.")
  private Optional<String> action = Optional.empty();

  @Option(names = "--subject", paramLabel = "ID", description = "Only what was done to this.")
  private Optional<String> subject = Optional.empty();

  @Option(names = "--outcome", paramLabel = "WORD", description = "done, refused or failed.")
  private Optional<String> outcome = Optional.empty();

  @Option(names = "--from", paramLabel = "TIME", description = "Not before, RFC 3339.")
  private Optional<String> from = Optional.empty();

  @Option(names = "--to", paramLabel = "TIME", description = "Before, RFC 3339.")
  private Optional<String> to = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "Everything as csv or ndjson, not a table of --limit lines.")
  private Optional<String> format = Optional.empty();

  @Override
  public void run() {
    if (format.isPresent()) {
      export(format.get());
      return;
    }
    listing.print(
        spec.commandLine().getOut(),
        "/audit",
        filters(),
        new Table("AT", "ACTOR", "ACTION", "SUBJECT", "OUTCOME", "FROM", "DETAIL"),
        AuditCommand::cells);
  }

  private static String[] cells(JsonNode entry) {
    String kind = Listing.text(entry, "/kind");
    String actor = Listing.text(entry, "/actor");
    return new String[] {
      Listing.text(entry, "/at").replaceFirst("\\.\\d+Z$", "Z"),
      kind.equals("person") ? actor : actor + " (" + kind + ")",
      Listing.text(entry, "/action"),
      Listing.text(entry, "/subject"),
      Listing.text(entry, "/outcome"),
      Listing.text(entry, "/client"),
      Listing.text(entry, "/detail")
    };
  }

  private Map<String, String> filters() {
    Map<String, String> filters = new LinkedHashMap<>();
    actor.ifPresent(value -> filters.put("actor", value));
    kind.ifPresent(value -> filters.put("kind", value));
    action.ifPresent(value -> filters.put("action", value));
    subject.ifPresent(value -> filters.put("subject", value));
    outcome.ifPresent(value -> filters.put("outcome", value));
    from.ifPresent(value -> filters.put("from", value));
    to.ifPresent(value -> filters.put("to", value));
    return filters;
  }

  private void export(String as) {
    if (!as.equals("csv") && !as.equals("ndjson")) {
      throw CommandFailure.usage("--format must be csv or ndjson, not '" + as + "'");
    }
    String query =
        filters().entrySet().stream()
            .map(each -> each.getKey() + "=" + NodeClient.encoded(each.getValue()))
            .collect(Collectors.joining("&"));
    String path = "/audit." + as + (query.isEmpty() ? "" : "?" + query);
    try (InputStream in = listing.connection.client().stream(path, false);
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      text.transferTo(spec.commandLine().getOut());
      spec.commandLine().getOut().flush();
    } catch (IOException e) {
      throw new CommandFailure(CommandFailure.UNREACHABLE, "the list broke off: " + e.getMessage());
    }
  }
}
