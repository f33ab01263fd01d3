package refinery.archive.refseq;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchiveHttp;
import refinery.archive.FailureSummary;
import refinery.archive.SchemaResource;
import refinery.archive.Slug;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.source.BatchSize;
import refinery.source.Source;

/**
 * The source {@code refseq}: annotated genomes of RefSeq, and of GenBank if annotated, by assembly
 * accession. Each assembly gives two index batches (k = 31 and 23) that share one download. A
 * failure of one assembly does not stop the others.
 */
public final class RefSeqSource implements Source {
  static final String NAME = "refseq";
  private static final List<Integer> INDEX_K = List.of(31, 23);

  /** A file of an assembly, by the end of its name. */
  private record Part(String ending, String format) {}

  private static final List<Part> PARTS =
      List.of(new Part("_genomic.fna.gz", "fa.gz"), new Part("_genomic.gtf.gz", "gtf.gz"));

  private final RefSeqArchive archive;
  private final SchemaResource schema;

  RefSeqSource(RefSeqConfig config, ArchiveHttp http) {
    this.archive = new RefSeqArchive(config.genomes(), http);
    this.schema = SchemaResource.load(RefSeqSource.class, "refseq-parameters.json");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Genomes and annotation of NCBI RefSeq by assembly accession (GCF_ or GCA_, with or"
        + " without version); two transcriptome indices per assembly.";
  }

  @Override
  public String defaultPipeline() {
    return "transcriptome-index";
  }

  @Override
  public List<String> roles() {
    return List.of("genome", "annotation");
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
    List<Failure> failures = new ArrayList<>();
    int recorded = 0;
    for (AssemblyAccession accession : accessions(discovery.parameters().path("assembly"))) {
      if (discovery.isStopped()) {
        return;
      }
      try {
        List<BatchSpec> batches = batches(accession, discovery.pipeline());
        discovery.emit(batches);
        discovery.progress(accession + ": found " + batches.getFirst().key());
        recorded++;
      } catch (SourceException e) {
        String message = accession + ": " + e.failure().message();
        discovery.progress(message);
        failures.add(new Failure(e.failure().failureClass(), message, accession.toString()));
      }
    }
    if (!failures.isEmpty()) {
      throw new SourceException(FailureSummary.of(failures, recorded));
    }
  }

  /** Reads the accessions, whose form the schema has checked. */
  private static Set<AssemblyAccession> accessions(JsonNode node) {
    Set<AssemblyAccession> accessions = new LinkedHashSet<>();
    if (node.isArray()) {
      node.forEach(each -> AssemblyAccession.of(each.asText()).ifPresent(accessions::add));
    } else {
      AssemblyAccession.of(node.asText()).ifPresent(accessions::add);
    }
    return accessions;
  }

  private List<BatchSpec> batches(AssemblyAccession accession, String pipeline)
      throws SourceException, InterruptedException {
    AssemblyAccession.Directory directory = archive.directory(accession);
    String address = archive.address(accession, directory);
    Map<String, String> sums = archive.sums(address);
    Map<String, String> report = archive.report(address, directory);
    List<SourceFile> files = new ArrayList<>();
    for (Part part : PARTS) {
      String name = directory.name() + part.ending();
      Location location = archive.locate(address, name, part.format(), sums);
      files.add(new SourceFile(name, part.format(), List.of(location)));
    }
    List<BatchSpec> batches = new ArrayList<>();
    for (int k : INDEX_K) {
      batches.add(batch(directory, metadata(directory, report), files, k, pipeline));
    }
    return batches;
  }

  private BatchSpec batch(
      AssemblyAccession.Directory directory,
      Map<String, String> metadata,
      List<SourceFile> files,
      int k,
      String pipeline)
      throws SourceException {
    Map<String, String> identity = Map.of("k", Integer.toString(k));
    String key = directory.accession() + "/k" + k;
    BatchSpec batch =
        new BatchSpec(
            BatchSpec.idOf(NAME, key, pipeline, identity),
            NAME,
            key,
            pipeline,
            Optional.of(metadata.get("species")).filter(species -> !species.isEmpty()),
            identity,
            Map.of(),
            metadata,
            files,
            NAME + ":" + directory.accession(),
            files.stream().mapToLong(file -> file.size().orElse(0)).sum(),
            Optional.empty());
    try {
      archive.limits().batch().check("the assembly " + directory.name(), BatchSize.of(batch));
      return batch;
    } catch (AnswerTooLarge large) {
      throw new SourceException(Failure.of(FailureClass.PERMANENT, large.getMessage()));
    }
  }

  /**
   * The report's values: all as {@code report_NAME}, some also under the names that other sources
   * use.
   */
  private static Map<String, String> metadata(
      AssemblyAccession.Directory directory, Map<String, String> report) {
    Map<String, String> metadata = new LinkedHashMap<>();
    report.forEach(
        (name, value) ->
            metadata.put(
                "report_" + name.toLowerCase(Locale.ROOT).replaceAll("[ -]+", "_"), value));
    // The common name follows the scientific one: "Homo sapiens (human)".
    String organism = report.get("Organism name").replaceFirst("\\s*\\([^()]*\\)$", "");
    metadata.put("scientific_name", organism);
    metadata.put("species", Slug.organism(organism));
    metadata.put("assembly", directory.assembly());
    metadata.put("assembly_accession", directory.accession());
    metadata.put("release", directory.accession());
    Optional.ofNullable(report.get("Taxid"))
        .filter(taxon -> taxon.matches("[1-9][0-9]{0,9}"))
        .ifPresent(taxon -> metadata.put("taxon_id", taxon));
    return metadata;
  }
}
