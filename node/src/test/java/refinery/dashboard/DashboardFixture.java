package refinery.dashboard;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one {@link Refinery} and one {@link Browser}, which all test classes of the JVM share
 * and which are closed at its end. Tests of a browser run one after the other, in one thread.
 */
public final class DashboardFixture implements ParameterResolver {
  private static final Namespace ALL = Namespace.create(DashboardFixture.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Refinery.class || type == Browser.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ExtensionContext.Store store = context.getRoot().getStore(ALL);
    Refinery refinery =
        store.getOrComputeIfAbsent("refinery", key -> Refinery.start(), Refinery.class);
    return parameter.getParameter().getType() == Refinery.class
        ? refinery
        : store.getOrComputeIfAbsent("browser", key -> new Browser(refinery.url()), Browser.class);
  }
}
