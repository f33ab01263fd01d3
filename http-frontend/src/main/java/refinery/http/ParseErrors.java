package refinery.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;
import java.util.Map;

/**
 * Answers requests that are not valid HTTP. Named in {@code
 * akka.http.server.parsing.error-handler}.
 */
public final class ParseErrors extends ParsingErrorHandler {
  /** Akka looks for a Scala object, which is a class with this field. */
  public static final ParseErrors MODULE$ = new ParseErrors();

  /** Akka's answer to a method that it does not know: but this is no failure of the server. */
  private static final int UNKNOWN_METHOD = 501;

  /** Akka's answer to a Host header that is none. */
  private static final int UNPROCESSABLE = 422;

  private static final String METHODS = "DELETE, GET, HEAD, PATCH, POST";

  private ParseErrors() {}

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    return SecurityHeaders.on(problem(status.intValue(), error), false);
  }

  private static HttpResponse problem(int status, ErrorInfo error) {
    return switch (status) {
      case UNKNOWN_METHOD ->
          Responses.problem(
              Problem.of(405, "there is no such method here", Map.of("Allow", METHODS)));
      case UNPROCESSABLE -> Responses.problem(400, error.summary());
      default -> Responses.problem(status, error.summary());
    };
  }
}
