package refinery.main;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import refinery.protocol.trace.TraceContext;
import refinery.protocol.trace.Tracing;

/**
 * Sends spans to an OpenTelemetry collector, by OTLP over HTTP. Sending goes on in a thread of its
 * own; when the collector is away, spans beyond {@value #QUEUED} are dropped.
 */
final class OpenTelemetryTracing implements Tracing, AutoCloseable {
  private static final int QUEUED = 8192;
  private static final Duration DELAY = Duration.ofSeconds(1);
  private static final long CLOSE_SECONDS = 5;

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  OpenTelemetryTracing(TracingConfig config, String node, String version) {
    URI endpoint = config.endpoint().orElseThrow();
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder().setEndpoint(endpoint.toString()).build();
    provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"), "refinery",
                        AttributeKey.stringKey("service.version"), version,
                        AttributeKey.stringKey("service.instance.id"), node)))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.ratio())))
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setMaxQueueSize(QUEUED)
                    .setScheduleDelay(DELAY)
                    .build())
            .build();
    tracer = provider.get("refinery", version);
  }

  @Override
  public Tracing.Span begin(
      String name, Kind kind, Optional<TraceContext> parent, Map<String, String> attributes) {
    SpanBuilder builder =
        tracer
            .spanBuilder(name)
            .setSpanKind(kind == Kind.SERVER ? SpanKind.SERVER : SpanKind.INTERNAL)
            .setAllAttributes(of(attributes));
    parent.ifPresentOrElse(context -> builder.setParent(remote(context)), builder::setNoParent);
    return new Running(builder.startSpan());
  }

  private static Context remote(TraceContext context) {
    SpanContext parent =
        SpanContext.createFromRemoteParent(
            context.traceId(),
            context.spanId(),
            context.isSampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
            TraceState.getDefault());
    return Context.root().with(io.opentelemetry.api.trace.Span.wrap(parent));
  }

  private static Attributes of(Map<String, String> attributes) {
    AttributesBuilder all = Attributes.builder();
    attributes.forEach(all::put);
    return all.build();
  }

  private final class Running implements Tracing.Span {
    private final io.opentelemetry.api.trace.Span span;

    Running(io.opentelemetry.api.trace.Span span) {
      this.span = span;
    }

    @Override
    public Optional<TraceContext> context() {
      SpanContext own = span.getSpanContext();
      return Optional.of(
          new TraceContext(
              "00-"
                  + own.getTraceId()
                  + "-"
                  + own.getSpanId()
                  + "-"
                  + own.getTraceFlags().asHex()));
    }

    @Override
    public void child(String name, Instant from, Instant to, Map<String, String> attributes) {
      tracer
          .spanBuilder(name)
          .setParent(Context.root().with(span))
          .setStartTimestamp(from)
          .setAllAttributes(of(attributes))
          .startSpan()
          .end(to);
    }

    @Override
    public void end(Map<String, String> attributes, Optional<String> failure) {
      span.setAllAttributes(of(attributes));
      failure.ifPresent(why -> span.setStatus(StatusCode.ERROR, why));
      span.end();
    }
  }

  /** Sends what waits, for a few seconds at most. */
  @Override
  public void close() {
    provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
