package refinery.archive.ensembl;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.archive.Reply;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.batch.Location;
import refinery.source.Source.SourceException;

/** Asks Ensembl's REST service and file server. Blocking, thread-safe. */
final class EnsemblArchive {
  private static final String JSON = "application/json";

  private final ArchivesConfig archives;
  private final ArchiveHttp http;

  EnsemblArchive(ArchivesConfig archives, ArchiveHttp http) {
    this.archives = archives;
    this.http = http;
  }

  ArchivesConfig.Limits limits() {
    return http.limits();
  }

  /** The newest release; vertebrates and Ensembl Genomes count their releases separately. */
  int newestRelease(Division division) throws SourceException, InterruptedException {
    String path = division.isMain() ? "/info/software" : "/info/eg_version";
    String field = division.isMain() ? "release" : "version";
    Reply<Integer> reply =
        http.get(
            rest(path, ""),
            JSON,
            body -> {
              JsonNode answer = tree(body);
              int release = Layout.release(answer.path(field)).orElse(0);
              if (release < 1) {
                throw new MalformedAnswer("an answer without '" + field + "'");
              }
              return release;
            });
    return need(reply, "Ensembl's newest release");
  }

  List<Genome> genomes(Division division) throws SourceException, InterruptedException {
    URI address =
        division.isMain()
            ? rest("/info/species", "division=" + division.word() + "&")
            : rest("/info/genomes/division/" + division.word(), "");
    List<Genome> genomes =
        need(
            http.get(address, JSON, body -> genomes(AnswerText.of(body, http.limits()), division)),
            "the species of " + division.word());
    if (genomes.isEmpty()) {
      throw new SourceException(
          Failure.of(FailureClass.ABSENT, "Ensembl lists no species of " + division.word()));
    }
    return genomes;
  }

  Collections collections(Layout layout) throws SourceException, InterruptedException {
    if (layout.division().isMain()) {
      return Collections.NONE;
    }
    Reply<Collections> reply =
        http.get(
            URI.create(layout.speciesTable()),
            "text/plain",
            body -> Collections.read(AnswerText.of(body, http.limits())));
    return need(reply, "the collections of " + layout.division().word());
  }

  /** The checksums of a directory's files; none when it has no such list. */
  Checksums checksums(String directory) throws SourceException, InterruptedException {
    Reply<Checksums> reply =
        http.get(
            URI.create(directory + "/CHECKSUMS"),
            "text/plain",
            body -> Checksums.read(AnswerText.of(body, http.limits())));
    return reply instanceof Reply.Absent<Checksums>
        ? Checksums.NONE
        : need(reply, directory + "/CHECKSUMS");
  }

  /**
   * The file's location, or empty when the server does not have it. A server that does not answer
   * is a failure.
   */
  Optional<Location> locate(String directory, String name, String format, Checksums checksums)
      throws SourceException, InterruptedException {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}")) {
      return Optional.empty();
    }
    String url = directory + "/" + name;
    Reply<ArchiveHttp.Head> reply = http.head(URI.create(url));
    if (reply instanceof Reply.Absent<ArchiveHttp.Head>) {
      return Optional.empty();
    }
    ArchiveHttp.Head head = need(reply, url);
    return Optional.of(
        new Location(
            EnsemblSource.NAME,
            url,
            format,
            head.length().map(OptionalLong::of).orElse(OptionalLong.empty()),
            checksums.sum(name).map(sum -> new Location.Checksum("bsd-sum", sum))));
  }

  private URI rest(String path, String query) {
    return URI.create(archives.ensemblRest() + path + "?" + query + "content-type=" + JSON);
  }

  private static <T> T need(Reply<T> reply, String what) throws SourceException {
    if (reply instanceof Reply.Ok<T> ok) {
      return ok.value();
    }
    Failure failure = Reply.failure(reply);
    throw new SourceException(
        new Failure(failure.failureClass(), what + ": " + failure.message(), ""));
  }

  private JsonNode tree(InputStream body) throws IOException, MalformedAnswer {
    try {
      return Json.MAPPER.readTree(AnswerText.of(body, http.limits()).reader());
    } catch (JsonProcessingException e) {
      throw new MalformedAnswer("not JSON: " + e.getOriginalMessage());
    }
  }

  /** Reads a list of entries, bare or inside {@code {"species": [...]}}, one entry at a time. */
  private List<Genome> genomes(AnswerText text, Division division)
      throws IOException, MalformedAnswer {
    List<Genome> genomes = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(text.reader())) {
      JsonToken token = parser.nextToken();
      while (token != null && token != JsonToken.START_ARRAY) {
        token = parser.nextToken();
      }
      if (token == null) {
        throw new MalformedAnswer("an answer without a list of species");
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        JsonNode entry = Json.MAPPER.readTree(parser);
        text.nextRecord();
        Genome.of(entry, division)
            .filter(genome -> names.add(genome.name()))
            .ifPresent(genomes::add);
        http.limits().rows().check("the list of species", genomes.size());
      }
      if (parser.currentToken() != JsonToken.END_ARRAY) {
        throw new MalformedAnswer("the list of species holds something else");
      }
      return genomes;
    } catch (JsonProcessingException e) {
      throw new MalformedAnswer("the list of species is cut or broken: " + e.getOriginalMessage());
    }
  }
}
