package refinery.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import refinery.protocol.Json;

/**
 * Serves the OpenAPI document, which is written by hand in {@code openapi.yaml}, as JSON. SnakeYAML
 * reads it, because Jackson does not resolve its aliases.
 */
final class OpenApi {
  private OpenApi() {}

  static ObjectNode document(String version) {
    try (InputStream in = OpenApi.class.getResourceAsStream("/refinery/http/openapi.yaml")) {
      Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      ObjectNode document = Json.MAPPER.valueToTree(tree);
      document.withObject("/info").put("version", version);
      return document;
    } catch (IOException e) {
      throw new UncheckedIOException("openapi.yaml in the program's jar is unreadable", e);
    }
  }
}
