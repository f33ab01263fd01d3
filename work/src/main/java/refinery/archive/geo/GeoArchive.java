package refinery.archive.geo;

import java.net.URI;
import java.util.List;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.Reply;

/** Asks GEO for its records. Blocking, thread-safe. */
final class GeoArchive {
  private final String query;
  private final ArchiveHttp http;

  GeoArchive(String query, ArchiveHttp http) {
    this.query = query;
    this.http = http;
  }

  /**
   * The record of a series or a sample itself; {@code Absent} with GEO's words if it gives none.
   */
  Reply<List<SoftRecord>> record(String accession) throws InterruptedException {
    return records(accession, "self");
  }

  /** The records of all samples of a series. */
  Reply<List<SoftRecord>> samples(String series) throws InterruptedException {
    return records(series, "gsm");
  }

  /**
   * @param accession checked by the schema of the parameters, or read from a record
   */
  private Reply<List<SoftRecord>> records(String accession, String target)
      throws InterruptedException {
    URI uri = URI.create(query + "?acc=" + accession + "&targ=" + target + "&form=text&view=brief");
    Reply<Soft.Answer> reply =
        http.get(
            uri,
            "text/plain, geo/text",
            body -> Soft.read(AnswerText.of(body, http.limits()), http.limits()));
    if (!(reply instanceof Reply.Ok<Soft.Answer> ok)) {
      return Reply.other(reply);
    }
    return ok.value()
        .refusal()
        .<Reply<List<SoftRecord>>>map(words -> new Reply.Absent<>(200, "GEO says: " + words))
        .orElseGet(() -> new Reply.Ok<>(ok.value().records()));
  }
}
