package refinery.archive;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import refinery.protocol.Json;

/**
 * A JSON Schema (2020-12) of a source's parameters, stored as a resource beside the source's class.
 *
 * @param examples the {@code examples} of the schema
 */
public record SchemaResource(JsonNode schema, List<JsonNode> examples) {
  public SchemaResource {
    examples = List.copyOf(examples);
  }

  public static SchemaResource load(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is not in the program");
      }
      JsonNode schema = Json.MAPPER.readTree(in);
      List<JsonNode> examples = new ArrayList<>();
      schema.path("examples").forEach(examples::add);
      return new SchemaResource(schema, examples);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
