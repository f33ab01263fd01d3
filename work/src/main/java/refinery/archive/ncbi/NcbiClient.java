package refinery.archive.ncbi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.xml.stream.XMLStreamException;
import refinery.archive.AnswerText;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.archive.Pause;
import refinery.archive.Reply;
import refinery.hosts.HostGate;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;

/**
 * Asks NCBI's E-utilities. One per node, so that the node keeps to the requests a second that NCBI
 * allows: three, or ten with a key. Blocking, thread-safe, interruptible.
 */
public final class NcbiClient implements AutoCloseable {
  private static final int TRIES = 3;

  /**
   * Records of one search and one table. Their ids keep an address below 2,000 characters, which
   * every server accepts.
   */
  private static final int PAGE = 150;

  private static final String JSON = "application/json";
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final ArchiveHttp http;
  private final String eutils;
  private final String us;
  private final Optional<String> apiKey;

  public NcbiClient(ArchivesConfig archives, NcbiAccess access, String userAgent) {
    this(archives, access, userAgent, HostGate.OPEN);
  }

  /** For a node of a cluster, which together keep NCBI's limit of requests. */
  public NcbiClient(ArchivesConfig archives, NcbiAccess access, String userAgent, HostGate gate) {
    this.http =
        new ArchiveHttp(
            archives,
            archives.http().atMost(ANSWER, TRIES, access.requestsPerSecond()),
            userAgent,
            Pause.real(),
            gate);
    this.eutils = archives.ncbiEutils();
    this.apiKey = access.apiKey();
    this.us = "&tool=refinery" + access.apiKey().map(key -> "&api_key=" + key).orElse("");
  }

  /** What NCBI said about a run. */
  public sealed interface Answer {
    record Found(SraFile file) implements Answer {}

    /** NCBI answered, but knows no archive file of this run. */
    record Unknown() implements Answer {}

    record Unanswered(String reason) implements Answer {}
  }

  public Answer find(String run) throws InterruptedException {
    URI uri = address("/efetch.fcgi?db=sra&rettype=full&retmode=xml", "id", run);
    Reply<Optional<SraFile>> reply =
        ask(
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

  /**
   * One page of the runs that a search finds.
   *
   * @param total records of the whole search; a record may hold several runs
   * @param next where the next page begins; empty at the end
   */
  public record RunPage(long total, OptionalLong next, List<RunInfo> runs) {
    public RunPage {
      runs = List.copyOf(runs);
    }
  }

  /**
   * One page of the runs that match an accession of any kind, or a query in NCBI's search language.
   * {@code Absent} when there is none. A search for an accession may also find runs of others: see
   * {@link RunInfo#carries}.
   *
   * @param from 0, or {@link RunPage#next} of the page before
   */
  public Reply<RunPage> runs(String term, long from) throws InterruptedException {
    String paths = "/esearch.fcgi?db=sra&retmode=json&retmax=" + PAGE + "&retstart=" + from;
    Reply<Found> found = ask(address(paths, "term", term), JSON, this::found);
    if (!(found instanceof Reply.Ok<Found> ok)) {
      return Reply.other(found);
    }
    List<String> ids = ok.value().ids();
    if (ids.isEmpty() && from > 0) {
      return new Reply.Transient<>(
          FailureClass.TRANSIENT,
          "NCBI's search for " + term + " ends at " + from + " of " + ok.value().count());
    }
    if (ids.isEmpty()) {
      return new Reply.Absent<>(200, "NCBI finds no run for " + term);
    }
    Reply<List<RunInfo>> runs =
        ask(
            address(
                "/efetch.fcgi?db=sra&rettype=runinfo&retmode=text", "id", String.join(",", ids)),
            "text/csv, text/plain",
            body -> rows(RunInfo.read(AnswerText.of(body, http.limits()), http.limits())));
    if (!(runs instanceof Reply.Ok<List<RunInfo>> rows)) {
      return Reply.other(runs);
    }
    long end = from + ids.size();
    OptionalLong next = end < ok.value().count() ? OptionalLong.of(end) : OptionalLong.empty();
    return new Reply.Ok<>(new RunPage(ok.value().count(), next, rows.value()));
  }

  /** Refuses an empty table: there must be a row for the ids that a search has just given. */
  private static List<RunInfo> rows(List<RunInfo> runs) throws MalformedAnswer {
    if (runs.isEmpty()) {
      throw new MalformedAnswer("no row for what the search found");
    }
    return runs;
  }

  private record Found(long count, List<String> ids) {}

  private Found found(InputStream body) throws IOException, MalformedAnswer {
    JsonNode result;
    try {
      result =
          Json.MAPPER.readTree(AnswerText.of(body, http.limits()).reader()).path("esearchresult");
    } catch (JsonProcessingException e) {
      throw new MalformedAnswer("not JSON: " + e.getOriginalMessage());
    }
    String count = result.path("count").asText();
    if (!count.matches("[0-9]{1,15}") || !result.path("idlist").isArray()) {
      throw new MalformedAnswer(
          "a search without a result: "
              + ArchiveHttp.oneLine(result.path("ERROR").asText("no reason is given")));
    }
    http.limits().rows().check("what NCBI finds", Long.parseLong(count));
    List<String> ids = new ArrayList<>();
    for (JsonNode id : result.path("idlist")) {
      if (!id.asText().matches("[0-9]{1,15}") || ids.size() == PAGE) {
        throw new MalformedAnswer("a list of ids that was not asked for");
      }
      ids.add(id.asText());
    }
    return new Found(Long.parseLong(count), ids);
  }

  /**
   * Asks NCBI, and hides the API key in the messages: NCBI's refusals repeat it, and nobody is to
   * read it.
   */
  private <T> Reply<T> ask(URI uri, String accept, ArchiveHttp.Reader<T> reader)
      throws InterruptedException {
    Reply<T> reply = http.get(uri, accept, reader);
    return switch (reply) {
      case Reply.Ok<T> ok -> ok;
      case Reply.Absent<T> absent -> new Reply.Absent<>(absent.status(), hidden(absent.message()));
      case Reply.Transient<T> trouble ->
          new Reply.Transient<>(trouble.failureClass(), hidden(trouble.message()));
      case Reply.Rejected<T> refused ->
          new Reply.Rejected<>(refused.status(), hidden(refused.body()), hidden(refused.message()));
    };
  }

  private String hidden(String text) {
    return apiKey.map(key -> text.replace(key, "(the key)")).orElse(text);
  }

  private URI address(String path, String parameter, String value) {
    return URI.create(
        eutils
            + path
            + us
            + "&"
            + parameter
            + "="
            + URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  private static Answer unanswered(Reply<?> reply) {
    return new Answer.Unanswered("NCBI gave no answer: " + Reply.failure(reply).message());
  }

  @Override
  public void close() {
    http.close();
  }
}
