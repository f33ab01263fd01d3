package refinery.archive.ncbi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.xml.stream.XMLStreamException;

/**
 * Asks NCBI's E-utilities. One per node: it keeps to the three requests a second that NCBI allows
 * without a key. Blocking, thread-safe, interruptible.
 */
public final class NcbiClient {
  private static final int TRIES = 3;
  private static final long SPACING = Duration.ofMillis(350).toNanos();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final String eutils;
  private final String userAgent;
  private final AtomicLong next = new AtomicLong(System.nanoTime());

  /**
   * @param client one that does not follow redirects by itself
   * @param eutils base address, as {@code refinery.archives.ncbi.eutils}
   */
  public NcbiClient(HttpClient client, URI eutils, String userAgent) {
    this.client = client;
    this.eutils = eutils.toString().replaceFirst("/+$", "");
    this.userAgent = userAgent;
  }

  /** What NCBI said about a run. */
  public sealed interface Answer {
    record Found(SraFile file) implements Answer {}

    /** It answered, and knows no archive file of this run. */
    record Unknown() implements Answer {}

    record Unanswered(String reason) implements Answer {}
  }

  public Answer find(String run) throws InterruptedException {
    URI uri =
        URI.create(
            eutils
                + "/efetch.fcgi?db=sra&rettype=full&retmode=xml&tool=refinery&id="
                + URLEncoder.encode(run, StandardCharsets.UTF_8));
    String problem = "";
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      pause(attempt);
      try {
        HttpResponse<byte[]> response =
            client.send(request(uri), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() == 200) {
          Optional<SraFile> file = SraXml.find(new ByteArrayInputStream(response.body()), run);
          return file.<Answer>map(Answer.Found::new).orElseGet(Answer.Unknown::new);
        }
        problem = "status " + response.statusCode();
        if (response.statusCode() == 400 || response.statusCode() == 404) {
          return new Answer.Unknown();
        }
      } catch (IOException broke) {
        problem =
            broke.getMessage() == null ? broke.getClass().getSimpleName() : broke.getMessage();
      } catch (XMLStreamException malformed) {
        problem = "an answer that is not what was asked for: " + malformed.getMessage();
      }
    }
    return new Answer.Unanswered(uri.getHost() + " gave no answer: " + problem);
  }

  private HttpRequest request(URI uri) {
    return HttpRequest.newBuilder(uri)
        .version(HttpClient.Version.HTTP_1_1)
        .timeout(TIMEOUT)
        .header("User-Agent", userAgent)
        .build();
  }

  /** Waits for this node's next slot, and before a repetition a second and two besides. */
  private void pause(int attempt) throws InterruptedException {
    long now = System.nanoTime();
    long slot = next.updateAndGet(last -> Math.max(last, now) + SPACING) - SPACING;
    long wait = slot - now + TimeUnit.SECONDS.toNanos(attempt - 1);
    if (wait <= 0) {
      return;
    }
    try {
      CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(wait, TimeUnit.NANOSECONDS))
          .get();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
