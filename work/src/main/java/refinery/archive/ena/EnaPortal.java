package refinery.archive.ena;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.archive.AnswerCache;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.MalformedAnswer;
import refinery.archive.Reply;
import refinery.protocol.FailureClass;

/**
 * Asks the ENA portal for its file reports. Its fields change over time, and one unknown field
 * makes it refuse the whole request. So it is first asked which fields it has, and a field named in
 * a refusal is left out. Blocking, thread-safe.
 */
final class EnaPortal {
  private static final Logger LOG = LoggerFactory.getLogger(EnaPortal.class);
  private static final Pattern INVALID_FIELDS =
      Pattern.compile("Invalid fieldName\\(s\\) supplied:\\s*([A-Za-z0-9_,;\\s]+)");

  /** Columns that become files; the others become metadata. */
  static final Set<String> FILE_FIELDS =
      Set.of("fastq_ftp", "fastq_md5", "fastq_bytes", EnaRows.RUN_ACCESSION);

  /** The fields to ask for, as far as the portal has them. */
  static final List<String> WANTED =
      List.of(
          EnaRows.RUN_ACCESSION,
          "experiment_accession",
          "sample_accession",
          "secondary_sample_accession",
          "study_accession",
          "secondary_study_accession",
          "submission_accession",
          "tax_id",
          "scientific_name",
          "instrument_platform",
          "instrument_model",
          "library_name",
          "library_layout",
          "library_strategy",
          "library_source",
          "library_selection",
          "nominal_length",
          "read_count",
          "base_count",
          "first_public",
          "last_updated",
          "study_title",
          "experiment_title",
          "sample_title",
          "sample_description",
          "tissue_type",
          "cell_type",
          "cell_line",
          "dev_stage",
          "sex",
          "age",
          "disease",
          "strain",
          "run_alias",
          "fastq_ftp",
          "fastq_md5",
          "fastq_bytes",
          "sra_bytes",
          "submitted_format");

  private final String portal;
  private final ArchiveHttp http;
  private final AnswerCache cache;
  private final AtomicReference<List<String>> fields = new AtomicReference<>();

  /** Set after the first warning: one in this node's life is enough, as each attempt asks again. */
  private final AtomicBoolean warned = new AtomicBoolean();

  EnaPortal(String portal, ArchiveHttp http, AnswerCache cache) {
    this.portal = portal;
    this.http = http;
    this.cache = cache;
  }

  /**
   * A table of runs on disk that was read to its end once.
   *
   * @param address of the request, by which the cache forgets the table
   * @param rows -1 when it came from the cache
   */
  record Report(Path table, URI address, int rows) {}

  /** The runs that are asked for; {@code Absent} when the portal knows none. */
  Reply<Report> runs(Inquiry inquiry) throws InterruptedException {
    List<String> asked = new ArrayList<>(fields());
    while (true) {
      URI address = address(inquiry, asked);
      Reply<Report> reply = report(address, inquiry.subject());
      if (!(reply instanceof Reply.Rejected<Report> rejected)) {
        return reply;
      }
      if (rejected.body().contains("Something unexpected went wrong")) {
        return new Reply.Transient<>(
            FailureClass.TRANSIENT, rejected.message() + "; try again later");
      }
      Set<String> invalid = invalidFields(rejected.body());
      if (!asked.removeAll(invalid)) {
        return rejected;
      }
      LOG.info("the ENA portal no longer knows the fields {}; asking without them", invalid);
      fields.set(List.copyOf(asked));
    }
  }

  /** Removes a report from the cache, so that the next survey asks anew. */
  void forget(Report report) {
    cache.forget(report.address());
  }

  static Set<String> invalidFields(String refusal) {
    Set<String> names = new LinkedHashSet<>();
    Matcher matcher = INVALID_FIELDS.matcher(refusal);
    while (matcher.find()) {
      for (String name : matcher.group(1).split("[,;\\s]+")) {
        if (!name.equals(EnaRows.RUN_ACCESSION) && !name.isEmpty()) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private URI address(Inquiry inquiry, List<String> asked) {
    return URI.create(
        portal
            + "/"
            + inquiry.path()
            + "&result=read_run&fields="
            + String.join(",", asked)
            + "&format=json");
  }

  /**
   * Fetches a table, or takes it from the cache. A new one is read to its end before it is used, so
   * that one that is cut off is asked for again.
   */
  private Reply<Report> report(URI address, String subject) throws InterruptedException {
    Optional<Path> known = cache.find(address);
    if (known.isPresent()) {
      LOG.debug("using the answer of a moment ago for {}", subject);
      return new Reply.Ok<>(new Report(known.get(), address, -1));
    }
    Reply<Report> reply = http.getLarge(address, "application/json", body -> spool(address, body));
    return switch (reply) {
      case Reply.Ok<Report> ok when ok.value().rows() == 0 -> {
        cache.forget(address);
        yield new Reply.Absent<>(200, "the portal's table is empty");
      }
      case Reply.Ok<Report> ok -> ok;
      // The portal answers 204 for what it does not know; a 404 means that the address is wrong.
      case Reply.Absent<Report> absent when absent.status() == 404 ->
          new Reply.Transient<>(
              FailureClass.TRANSIENT,
              absent.message() + "; check refinery.archives.ena.portal = " + portal);
      case Reply.Absent<Report> absent -> absent;
      case Reply.Transient<Report> trouble -> trouble;
      case Reply.Rejected<Report> rejected -> rejected;
    };
  }

  private Report spool(URI address, InputStream body) throws IOException, MalformedAnswer {
    Path part = cache.spool(body);
    try {
      int rows = count(part);
      return new Report(cache.keep(address, part), address, rows);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private int count(Path table) throws IOException, MalformedAnswer {
    try (BufferedReader reader = Files.newBufferedReader(table)) {
      return EnaRows.read(reader, http.limits(), row -> true);
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new MalformedAnswer("the list of runs is not UTF-8 text");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped", e);
    }
  }

  /** The wanted fields that the portal has, or all wanted ones if it does not tell. */
  private List<String> fields() throws InterruptedException {
    List<String> known = fields.get();
    if (known != null) {
      return known;
    }
    URI address = URI.create(portal + "/returnFields?dataPortal=ena&format=tsv&result=read_run");
    Reply<Set<String>> reply = http.get(address, "text/plain", this::columnIds);
    if (reply instanceof Reply.Ok<Set<String>> ok) {
      List<String> asked = WANTED.stream().filter(ok.value()::contains).toList();
      fields.set(asked);
      return asked;
    }
    String message = "asking the ENA portal for all fields, as it does not say which it has: {}";
    if (warned.compareAndSet(false, true)) {
      LOG.warn(message, Reply.failure(reply).message());
    } else {
      LOG.debug(message, Reply.failure(reply).message());
    }
    return WANTED;
  }

  private Set<String> columnIds(InputStream body) throws IOException, MalformedAnswer {
    AnswerText text = AnswerText.of(body, http.limits());
    Set<String> names = new LinkedHashSet<>();
    for (String line = text.line(); line != null; line = text.line()) {
      String name = line.split("\t", 2)[0].strip();
      if (WANTED.contains(name)) {
        names.add(name);
      }
    }
    if (!names.contains(EnaRows.RUN_ACCESSION)) {
      throw new MalformedAnswer("not a list of fields");
    }
    return names;
  }
}
