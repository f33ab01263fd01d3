package refinery.localarchive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import refinery.protocol.Json;

/** Answers in the way of Ensembl's REST service, from {@code api/ensembl/*.json}. Blocking. */
final class EnsemblRest {
  private final FileTree files;

  EnsemblRest(FileTree files) {
    this.files = files;
  }

  Reply info(Request request, String path) throws IOException {
    String division = request.parameter("division", "");
    Reply reply =
        path.equals("/info/species") && !division.isEmpty()
            ? species(division)
            : document(path.substring(1).replace('/', '_'));
    return reply
        .with("X-RateLimit-Limit", "55000")
        .with("X-RateLimit-Period", "3600")
        .with("X-RateLimit-Remaining", "54834")
        .with("X-RateLimit-Reset", "2906");
  }

  private Reply document(String name) throws IOException {
    String path = "api/ensembl/" + name + ".json";
    if (files.exists(path)) {
      return Reply.of(200, Reply.JSON, files.read(path));
    }
    String prefix = "info_genomes_division_";
    if (name.startsWith(prefix)) {
      String division = name.substring(prefix.length());
      return known(division)
          ? Reply.of(200, Reply.JSON, "[]")
          : error("Could not find division " + division);
    }
    return Reply.json(404, Map.of("error", "page not found"));
  }

  private Reply species(String division) throws IOException {
    if (!known(division)) {
      return error("Could not find division " + division);
    }
    ObjectNode chosen = Json.MAPPER.createObjectNode();
    ArrayNode list = chosen.putArray("species");
    JsonNode all = Json.MAPPER.readTree(files.read("api/ensembl/info_species.json"));
    for (JsonNode entry : all.path("species")) {
      if (entry.path("division").asText().equals(division)) {
        list.add(entry);
      }
    }
    return Reply.json(200, chosen);
  }

  private boolean known(String division) throws IOException {
    String path = "api/ensembl/info_divisions.json";
    if (files.exists(path)) {
      for (JsonNode name : Json.MAPPER.readTree(files.read(path))) {
        if (name.asText().equals(division)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Reply error(String message) {
    return Reply.json(400, Map.of("error", message));
  }
}
