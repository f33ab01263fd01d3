package refinery.archive.ncbi;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.archive.Pause;
import refinery.archive.Reply;

/**
 * Asks NCBI's E-utilities. One per node: it keeps to the three requests a second that NCBI allows
 * without a key. Blocking, thread-safe, interruptible.
 */
public final class NcbiClient implements AutoCloseable {
  private static final int TRIES = 3;
  private static final int PER_SECOND = 3;
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final ArchiveHttp http;
  private final String eutils;

  public NcbiClient(ArchivesConfig archives, String userAgent) {
    this.http =
        new ArchiveHttp(
            archives, archives.http().atMost(ANSWER, TRIES, PER_SECOND), userAgent, Pause.real());
    this.eutils = archives.ncbiEutils();
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
    Reply<Optional<SraFile>> reply =
        http.get(
            uri,
            "application/xml",
            body -> {
              try {
                return SraXml.find(body, run);
              } catch (XMLStreamException e) {
                if (e.getNestedException() instanceof AnswerTooLarge tooLarge) {
                  throw tooLarge;
                }
                throw new MalformedAnswer(
                    "an answer that is not what was asked for: " + e.getMessage());
              }
            });
    return switch (reply) {
      case Reply.Ok<Optional<SraFile>> ok ->
          ok.value().<Answer>map(Answer.Found::new).orElseGet(Answer.Unknown::new);
      case Reply.Absent<Optional<SraFile>> absent -> new Answer.Unknown();
      case Reply.Rejected<Optional<SraFile>> rejected when rejected.status() == 400 ->
          new Answer.Unknown();
      case Reply.Rejected<Optional<SraFile>> rejected -> unanswered(rejected);
      case Reply.Transient<Optional<SraFile>> trouble -> unanswered(trouble);
    };
  }

  private static Answer unanswered(Reply<?> reply) {
    return new Answer.Unanswered("NCBI gave no answer: " + Reply.failure(reply).message());
  }

  @Override
  public void close() {
    http.close();
  }
}
