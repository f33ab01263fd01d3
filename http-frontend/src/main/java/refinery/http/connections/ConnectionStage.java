package refinery.http.connections;

import akka.Done;
import akka.NotUsed;
import akka.actor.ClassicActorSystemProvider;
import akka.http.impl.engine.server.HttpAttributes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.ResponseEntity;
import akka.http.javadsl.model.headers.Connection;
import akka.japi.function.Function;
import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Sink;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.InHandler;
import akka.stream.stage.OutHandler;
import akka.stream.stage.TimerGraphStageLogic;
import akka.util.ByteString;
import java.net.InetAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import scala.jdk.javaapi.FutureConverters;

/**
 * Answers the requests of one connection one after the other, and ends it when it is idle for too
 * long or must make room. Akka creates the stage when the connection opens, and hands it a request
 * once its head is complete. So the time until then includes the time of a slow head.
 */
final class ConnectionStage extends GraphStage<FlowShape<HttpRequest, HttpResponse>> {
  private static final String DEADLINE = "deadline";

  private final Inlet<HttpRequest> in = Inlet.create("requests");
  private final Outlet<HttpResponse> out = Outlet.create("responses");
  private final FlowShape<HttpRequest, HttpResponse> shape = FlowShape.of(in, out);

  private final Connections connections;
  private final ConnectionLimits limits;
  private final ClassicActorSystemProvider system;
  private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;
  private final Function<HttpRequest, CompletionStage<HttpResponse>> whenFull;

  ConnectionStage(
      Connections connections,
      ConnectionLimits limits,
      ClassicActorSystemProvider system,
      Function<HttpRequest, CompletionStage<HttpResponse>> handler,
      Function<HttpRequest, CompletionStage<HttpResponse>> whenFull) {
    this.connections = connections;
    this.limits = limits;
    this.system = system;
    this.handler = handler;
    this.whenFull = whenFull;
  }

  @Override
  public FlowShape<HttpRequest, HttpResponse> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inherited) {
    return new Logic(
        inherited
            .getAttribute(HttpAttributes.RemoteAddress.class)
            .orElseThrow(() -> new IllegalStateException("akka-http gives no remote address"))
            .address()
            .getAddress());
  }

  private final class Logic extends TimerGraphStageLogic implements InHandler, OutHandler {
    private final AsyncCallback<Done> mustEnd = createAsyncCallback(done -> completeStage());
    private final AsyncCallback<HttpResponse> answered = createAsyncCallback(this::answer);
    private final AsyncCallback<Throwable> failed = createAsyncCallback(this::failStage);
    private final AsyncCallback<Done> bodySent = createAsyncCallback(done -> served());
    private final InetAddress from;
    private Connections.Connection connection;
    private boolean answering;

    /** Requests that were not answered yet, and responses whose body is being sent. */
    private int served;

    Logic(InetAddress from) {
      super(shape);
      this.from = from;
      setHandlers(in, out, this);
    }

    @Override
    public void preStart() {
      connection = connections.open(from, () -> mustEnd.invoke(Done.getInstance()));
      if (connection.standing() == Connections.Standing.ENDED) {
        completeStage();
      } else {
        scheduleOnce(DEADLINE, limits.firstRequest());
      }
    }

    @Override
    public void onPull() {
      if (isClosed(in)) {
        completeStage();
      } else {
        pull(in);
      }
    }

    @Override
    public void onPush() throws Exception {
      HttpRequest request = grab(in);
      if (!connection.busy()) {
        completeStage();
        return;
      }
      cancelTimer(DEADLINE);
      served++;
      answering = true;
      boolean full = connection.standing() == Connections.Standing.REFUSED;
      CompletionStage<HttpResponse> answer =
          full
              ? whenFull
                  .apply(request)
                  .thenApply(response -> response.addHeader(Connection.create("close")))
              : handler.apply(request);
      answer.whenComplete(
          (response, error) -> {
            if (error == null) {
              FutureConverters.asJava(answered.invokeWithFeedback(response))
                  .exceptionally(gone -> unread(response));
            } else {
              failed.invoke(error instanceof CompletionException ? error.getCause() : error);
            }
          });
    }

    /** Lets go of what a response holds whose client is gone. */
    private Done unread(HttpResponse response) {
      response.entity().getDataBytes().runWith(Sink.cancelled(), system);
      return Done.getInstance();
    }

    private void answer(HttpResponse response) {
      answering = false;
      if (response.entity().isStrict()) {
        push(out, response);
        served();
      } else {
        push(out, watched(response));
      }
    }

    private HttpResponse watched(HttpResponse response) {
      Flow<ByteString, ByteString, NotUsed> watch =
          Flow.of(ByteString.class)
              .watchTermination(
                  (used, done) -> {
                    done.whenComplete((end, error) -> bodySent.invoke(Done.getInstance()));
                    return used;
                  });
      ResponseEntity entity = response.entity();
      if (entity.getContentLengthOption().isEmpty()) {
        return response.transformEntityDataBytes(watch);
      }
      return response.withEntity(
          HttpEntities.create(
              entity.getContentType(),
              entity.getContentLengthOption().getAsLong(),
              entity.getDataBytes().via(watch)));
    }

    private void served() {
      served--;
      if (served == 0) {
        connection.idle();
        scheduleOnce(DEADLINE, limits.nextRequest());
      }
    }

    /** The client sends no more requests; a pending response is still sent. */
    @Override
    public void onUpstreamFinish() {
      if (!answering) {
        completeStage();
      }
    }

    @Override
    public void onTimer(Object key) {
      completeStage();
    }

    @Override
    public void postStop() {
      connection.ended();
    }
  }
}
