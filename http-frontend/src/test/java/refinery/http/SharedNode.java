package refinery.http;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import refinery.protocol.batch.BatchState;

/**
 * One node for all tests of the OpenAPI document, and the document as it serves it. Also writes
 * that to {@code target/openapi.json}, for linters.
 */
final class SharedNode implements ParameterResolver {
  private record Started(TestNode node, Described described)
      implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    static Started start() {
      try {
        // Random requests sign in with what is no token, more often than a client may.
        TestNode node = new TestNode("refinery.http.auth.login-failures = 100000");
        node.rows.batches.put(
            FakeDatasets.ID.batch(), Samples.dataset(FakeDatasets.ID, BatchState.DONE));
        String text = node.get("/api/v1/openapi.json").body();
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "openapi.json"), text);
        return new Started(node, new Described(refinery.protocol.Json.MAPPER.readTree(text)));
      } catch (Exception e) {
        throw new IllegalStateException("the node does not start", e);
      }
    }

    @Override
    public void close() throws Exception {
      node.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == TestNode.class || type == Described.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Started started =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(SharedNode.class))
            .getOrComputeIfAbsent(SharedNode.class, key -> Started.start(), Started.class);
    return parameter.getParameter().getType() == TestNode.class
        ? started.node()
        : started.described();
  }
}
