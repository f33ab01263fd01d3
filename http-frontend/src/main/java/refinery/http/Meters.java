package refinery.http;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.trace.TraceContext;
import refinery.protocol.trace.Tracing;

/** The metrics of this JVM, and where the spans of requests are told. Thread-safe. */
public final class Meters {
  /** A client may send any other word, which must not become a series. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private volatile Tracing tracing = Tracing.OFF;

  Meters() {
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
  }

  /** The registry, for more meters. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /**
   * @param route the template that fits, or "none"
   */
  void served(String method, String route, int status, long nanos) {
    Timer.builder("refinery.http.server.requests")
        .description("HTTP requests until the response's head")
        .tags(
            "method",
            METHODS.contains(method) ? method : "other",
            "route",
            route,
            "status",
            Integer.toString(status))
        .serviceLevelObjectives(
            Duration.ofMillis(5),
            Duration.ofMillis(25),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10))
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** From now on requests that change something are traced there. */
  public void traceBy(Tracing where) {
    tracing = where;
  }

  /**
   * Begins the span of a request; reading ones have none, because they begin nothing.
   *
   * @param traceparent what the client sent
   */
  Tracing.Span begin(String method, String route, Optional<String> traceparent) {
    return method.equals("GET") || method.equals("HEAD")
        ? Tracing.Span.NONE
        : tracing.begin(
            method + " " + route,
            Tracing.Kind.SERVER,
            traceparent.flatMap(TraceContext::parse),
            Map.of("http.request.method", method, "http.route", route));
  }

  /** All meters in the Prometheus text format 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }
}
