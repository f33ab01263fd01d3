package refinery.archive.geo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.archive.AccessionList;
import refinery.archive.Reply;
import refinery.archive.SchemaResource;
import refinery.archive.Slug;
import refinery.archive.ena.LinkedRuns;
import refinery.archive.ena.LinkedRuns.Link;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.source.Source;

/**
 * The source {@code geo}: the sequencing runs of GEO's series and samples. Each sample links to an
 * experiment, whose runs ENA lists; what GEO says of series and sample is kept with each run. A
 * superseries is surveyed as the series of which it is made. What was not sequenced is counted; an
 * accession without any run fails the survey after the others are recorded.
 */
public final class GeoSource implements Source {
  private static final String NAME = "geo";
  private static final int DEEPEST = 3;

  private final GeoArchive archive;
  private final LinkedRuns runs;
  private final SchemaResource schema;

  GeoSource(GeoArchive archive, LinkedRuns runs) {
    this.archive = archive;
    this.runs = runs;
    this.schema = SchemaResource.load(GeoSource.class, "geo-parameters.json");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Sequencing runs of GEO's series (GSE, superseries too) and samples (GSM), with what GEO"
        + " says of them. Reads come from ENA, with NCBI as the fallback.";
  }

  @Override
  public String defaultPipeline() {
    return "salmon-quant";
  }

  @Override
  public boolean listsRuns() {
    return true;
  }

  @Override
  public List<String> roles() {
    return List.of("reads", "reads_1", "reads_2");
  }

  @Override
  public JsonNode parameterSchema() {
    return schema.schema();
  }

  @Override
  public List<JsonNode> examples() {
    return schema.examples();
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    Survey survey = new Survey(discovery, runs.open(NAME, discovery));
    for (String accession : AccessionList.of(discovery.parameters().path("accession"))) {
      survey.take(accession);
    }
    survey.found.end();
  }

  /** The state of one call of {@code discover}. */
  private final class Survey {
    private final Discovery discovery;
    private final LinkedRuns.Survey found;
    private final Set<String> asked = new HashSet<>();

    Survey(Discovery discovery, LinkedRuns.Survey found) {
      this.discovery = discovery;
      this.found = found;
    }

    void take(String accession) throws InterruptedException {
      int before = found.runs();
      if (found.isOver()) {
        return;
      }
      boolean good = accession.startsWith("GSM") ? sample(accession) : series(accession, DEEPEST);
      if (good && found.runs() == before && !found.isOver()) {
        fail(accession, Failure.of(FailureClass.ABSENT, "has no sequencing run of its own"));
      }
    }

    private boolean sample(String accession) throws InterruptedException {
      Optional<List<SoftRecord>> record = need(accession, archive.record(accession));
      if (record.isEmpty()) {
        return false;
      }
      link(accession, record.get(), Map.of());
      return true;
    }

    /** False if GEO did not give what was asked for; that failure is kept. */
    private boolean series(String accession, int deeper) throws InterruptedException {
      if (!asked.add(accession) || found.isOver()) {
        return true;
      }
      discovery.progress("asking GEO for " + accession);
      Optional<List<SoftRecord>> self = need(accession, archive.record(accession));
      if (self.isEmpty()) {
        return false;
      }
      SoftRecord series = self.get().getFirst();
      boolean good = true;
      for (String part : deeper == 0 ? List.<String>of() : series.parts()) {
        good &= series(part, deeper - 1);
      }
      if (!series.parts().isEmpty()) {
        return good;
      }
      Optional<List<SoftRecord>> samples = need(accession, archive.samples(accession));
      if (samples.isEmpty()) {
        return false;
      }
      link(accession, samples.get(), words(series));
      return true;
    }

    private void link(String accession, List<SoftRecord> samples, Map<String, String> series)
        throws InterruptedException {
      List<Link> links = new ArrayList<>();
      for (SoftRecord sample : samples) {
        Map<String, String> attributes = new LinkedHashMap<>(sample.attributes());
        attributes.putAll(series);
        sample.experiment().ifPresent(to -> links.add(new Link(to, attributes)));
      }
      int unlinked = samples.size() - links.size();
      discovery.progress(
          "%s: %,d samples with sequencing data%s"
              .formatted(
                  accession,
                  links.size(),
                  unlinked == 0 ? "" : ", %,d without".formatted(unlinked)));
      found.take(LinkedRuns.Kind.EXPERIMENT, links);
    }

    private Optional<List<SoftRecord>> need(String accession, Reply<List<SoftRecord>> reply) {
      if (reply instanceof Reply.Ok<List<SoftRecord>> ok) {
        return Optional.of(ok.value());
      }
      fail(accession, Reply.failure(reply));
      return Optional.empty();
    }

    private void fail(String accession, Failure failure) {
      found.fail(
          new Failure(failure.failureClass(), accession + ": " + failure.message(), accession));
    }
  }

  private static Map<String, String> words(SoftRecord series) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("geo_series", series.accession());
    String title = Slug.metadata(series.first("title"));
    if (!title.isEmpty()) {
      words.put("geo_series_title", title);
    }
    String publications = String.join("; ", series.values().getOrDefault("pubmed_id", List.of()));
    if (!publications.isBlank()) {
      words.put("pubmed_id", Slug.metadata(publications));
    }
    return words;
  }
}
