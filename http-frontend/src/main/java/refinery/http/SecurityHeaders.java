package refinery.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Headers of every response, which tell browsers to do nothing that the response did not ask. */
public final class SecurityHeaders {
  private static final String POLICY = "Content-Security-Policy";

  /** What is no page of ours may be shown, and no more: no script, form or other address. */
  private static final String NOTHING =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'; sandbox";

  private static final List<RawHeader> ALWAYS =
      List.of(
          RawHeader.create("X-Content-Type-Options", "nosniff"),
          RawHeader.create("X-Frame-Options", "DENY"),
          RawHeader.create("Referrer-Policy", "same-origin"),
          RawHeader.create(
              "Permissions-Policy",
              "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"),
          RawHeader.create("Cross-Origin-Opener-Policy", "same-origin"),
          RawHeader.create("Cross-Origin-Resource-Policy", "same-origin"));

  /** A year; browsers then ask this host by https alone. */
  private static final RawHeader HTTPS_ONLY =
      RawHeader.create("Strict-Transport-Security", "max-age=31536000");

  private SecurityHeaders() {}

  /**
   * Adds those that it lacks: a page of the dashboard says itself what it may do.
   *
   * @param httpsOnly whether clients are told to use https for this host from now on
   */
  public static HttpResponse on(HttpResponse response, boolean httpsOnly) {
    Set<String> present =
        StreamSupport.stream(response.getHeaders().spliterator(), false)
            .map(HttpHeader::lowercaseName)
            .collect(Collectors.toSet());
    HttpResponse protectedOne = response;
    for (RawHeader header : ALWAYS) {
      protectedOne = missing(present, header, protectedOne);
    }
    protectedOne = missing(present, RawHeader.create(POLICY, NOTHING), protectedOne);
    return httpsOnly ? missing(present, HTTPS_ONLY, protectedOne) : protectedOne;
  }

  private static HttpResponse missing(
      Set<String> present, RawHeader header, HttpResponse response) {
    return present.contains(header.name().toLowerCase(Locale.ROOT))
        ? response
        : response.addHeader(header);
  }
}
