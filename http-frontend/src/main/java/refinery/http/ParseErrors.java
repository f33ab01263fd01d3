package refinery.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;

/**
 * Answers requests that are not valid HTTP. Named in {@code
 * akka.http.server.parsing.error-handler}.
 */
public final class ParseErrors extends ParsingErrorHandler {
  /** Akka looks for a Scala object, which is a class with this field. */
  public static final ParseErrors MODULE$ = new ParseErrors();

  private ParseErrors() {}

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    return Responses.problem(status.intValue(), error.summary());
  }
}
