package refinery.archive.matrix;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.archive.AnswerText;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.archive.Reply;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.source.Source.SourceException;

/**
 * A bucket with matrices of projects, as the Human Cell Atlas keeps them: {@code
 * project-assets/project-matrices/PROJECT[.SPECIES].mtx.zip}, and at its root an object {@code
 * blacklist} with a project's id in each line. Blocking, thread-safe.
 */
final class ProjectBucket {
  static final String PREFIX = "project-assets/project-matrices/";
  private static final Pattern KEY =
      Pattern.compile(
          Pattern.quote(PREFIX)
              + "([A-Za-z0-9][A-Za-z0-9-]{0,63})(?:\\.([A-Za-z][A-Za-z_ -]{0,60}))?\\.mtx\\.zip");

  private final String address;
  private final ArchiveHttp http;

  ProjectBucket(String address, ArchiveHttp http) {
    this.address = address;
    this.http = http;
  }

  /**
   * A project's matrix.
   *
   * @param species as the object's name says it; empty where it does not
   */
  record ProjectMatrix(String project, Optional<String> species, BucketPage.StoredObject object) {
    String key() {
      return project + species.map(name -> "." + name.replace(' ', '_')).orElse("");
    }
  }

  ArchivesConfig.Limits limits() {
    return http.limits();
  }

  String url(ProjectMatrix matrix) {
    return address + "/" + matrix.object().key().replace(" ", "%20");
  }

  /** Ids of projects that the bucket says not to process. */
  Set<String> blocked() throws SourceException, InterruptedException {
    Reply<Set<String>> reply =
        http.get(
            URI.create(address + "/blacklist"),
            "text/plain",
            body -> {
              Set<String> ids = new HashSet<>();
              AnswerText text = AnswerText.of(body, limits());
              for (String line = text.line(); line != null; line = text.line()) {
                if (line.stripLeading().startsWith("<")) {
                  throw new MalformedAnswer("a web page instead of the list of blocked projects");
                }
                ids.add(line.strip());
              }
              return ids;
            });
    return reply instanceof Reply.Absent<Set<String>> ? Set.of() : need(reply);
  }

  /**
   * Matrices of projects whose ids begin so, all pages of them. Objects of other names are passed
   * over.
   *
   * @param start empty for all
   */
  List<ProjectMatrix> matrices(String start) throws SourceException, InterruptedException {
    List<ProjectMatrix> found = new ArrayList<>();
    Optional<String> next = Optional.empty();
    Set<String> seen = new HashSet<>();
    do {
      BucketPage page =
          need(http.get(URI.create(list(start, next)), "application/xml", BucketPage::read));
      page.objects().forEach(object -> matrix(object).ifPresent(found::add));
      check(found.size());
      next = page.next();
      if (next.isPresent() && !seen.add(next.get())) {
        throw new SourceException(
            Failure.of(FailureClass.CORRUPT, "the bucket's list runs in a circle"));
      }
    } while (next.isPresent());
    return found;
  }

  private void check(int found) throws SourceException {
    try {
      limits().rows().check("the list of projects", found);
    } catch (AnswerTooLarge tooMany) {
      throw new SourceException(Failure.of(FailureClass.PERMANENT, tooMany.getMessage()));
    }
  }

  private String list(String start, Optional<String> next) {
    return address
        + "?list-type=2&prefix="
        + encoded(PREFIX + start)
        + next.map(token -> "&continuation-token=" + encoded(token)).orElse("");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Optional<ProjectMatrix> matrix(BucketPage.StoredObject object) {
    Matcher matcher = KEY.matcher(object.key());
    return matcher.matches()
        ? Optional.of(
            new ProjectMatrix(matcher.group(1), Optional.ofNullable(matcher.group(2)), object))
        : Optional.empty();
  }

  private <T> T need(Reply<T> reply) throws SourceException {
    if (reply instanceof Reply.Ok<T> ok) {
      return ok.value();
    }
    throw new SourceException(Reply.failure(reply));
  }
}
