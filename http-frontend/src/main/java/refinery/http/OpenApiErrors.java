package refinery.http;

import java.util.Map;
import java.util.TreeMap;

/**
 * The errors that every operation of a kind can answer with, because the server or the {@link
 * Router} refuses the request before its handler sees it. What only some handlers answer, such as
 * 409, is said by {@code openapi.yaml}.
 */
final class OpenApiErrors {
  private OpenApiErrors() {}

  /** The names of shared responses of the document, by status. */
  static Map<String, String> of(Endpoint endpoint) {
    Map<String, String> all = new TreeMap<>();
    all.put("400", "BadRequest");
    all.put("401", "Unauthorized");
    all.put("403", "Forbidden");
    all.put("414", "UriTooLong");
    all.put("429", "TooManyRequests");
    all.put("431", "HeadersTooLarge");
    all.put("503", "Unavailable");
    if (endpoint.template().contains("{")) {
      all.put("404", "NotFound");
    }
    if (!endpoint.accepts().isEmpty()) {
      all.put("406", "NotAcceptable");
    }
    switch (endpoint.body()) {
      case OPTIONAL, REQUIRED -> {
        all.put("408", "RequestTimeout");
        all.put("413", "ContentTooLarge");
        all.put("415", "UnsupportedMediaType");
      }
      case NONE -> {}
    }
    return all;
  }
}
