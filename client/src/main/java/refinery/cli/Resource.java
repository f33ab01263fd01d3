package refinery.cli;

import java.util.List;
import java.util.Map;
import refinery.client.CommandFailure;

/** What an id names, by its prefix, and where the API has it. */
record Resource(String kind, String path) {
  private static final Map<String, String> COLLECTIONS =
      Map.of("survey", "/surveys/", "batch", "/batches/", "job", "/jobs/", "node", "/nodes/");

  static Resource of(String id) {
    int dash = id.indexOf('-');
    String kind = dash < 0 ? "" : id.substring(0, dash);
    String collection = COLLECTIONS.get(kind);
    if (collection == null || !id.matches("[a-z]+-[a-z0-9][a-z0-9._-]{0,99}")) {
      throw CommandFailure.usage(
          "'" + id + "' is not an id like survey-..., batch-..., job-... or node-...");
    }
    return new Resource(kind, collection + id);
  }

  Resource require(String id, String... kinds) {
    if (!List.of(kinds).contains(kind)) {
      throw CommandFailure.usage(
          "'" + id + "' is a " + kind + "; this takes a " + String.join(" or a ", kinds));
    }
    return this;
  }
}
