package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.archive.ArchivesConfig;
import refinery.archive.Slug;
import refinery.metadata.Selection;
import refinery.metadata.SelectionFile;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/**
 * Makes one batch of one run. Its files come from ENA's FASTQ first; the run's archive at NCBI is
 * the last location of each file. Pure.
 *
 * @param source the name of the source that found the run
 * @param rules empty unless the survey asked for them; they are read anew by each survey
 * @param referenceRelease release of the index to use; part of the identity, as results depend on
 *     it
 */
record RunBatches(
    String source,
    ArchivesConfig archives,
    String pipeline,
    RunSelection selection,
    RunLists lists,
    Optional<Selection> rules,
    Optional<String> referenceRelease) {

  static final String SOURCE = "ena";

  /** Takes all reads from NCBI's archives. */
  private static final String NCBI = "ncbi";

  /**
   * @param parameters of the survey: {@code select} and {@code reference_release}
   */
  static RunBatches of(
      ArchivesConfig archives, String source, String pipeline, JsonNode parameters) {
    Optional<String> release =
        Optional.of(parameters.path("reference_release").asText("")).filter(s -> !s.isBlank());
    JsonNode select = parameters.path("select");
    return new RunBatches(
        source,
        archives,
        pipeline,
        RunSelection.of(select),
        RunLists.of(select),
        select.path("rules").asBoolean(false)
            ? Optional.of(SelectionFile.load())
            : Optional.empty(),
        release);
  }

  /**
   * @param refusal why the run cannot be used; empty when it can
   */
  BatchSpec batch(EnaRun run, Optional<String> refusal) {
    return batch(run, refusal, Map.of());
  }

  /**
   * @param more metadata beside the run's own, which it does not replace
   */
  BatchSpec batch(EnaRun run, Optional<String> refusal, Map<String, String> more) {
    Map<String, String> metadata = new LinkedHashMap<>(more);
    metadata.keySet().removeAll(EnaPortal.FILE_FIELDS);
    metadata.putAll(metadata(run));
    Map<String, String> identity =
        referenceRelease.map(release -> Map.of("reference_release", release)).orElse(Map.of());
    List<SourceFile> files = files(run);
    String organism = Slug.organism(run.field("scientific_name"));
    return new BatchSpec(
        BatchSpec.idOf(source, run.accession(), pipeline, identity),
        source,
        run.accession(),
        pipeline,
        Optional.of(organism).filter(slug -> !slug.isEmpty()),
        identity,
        Map.of(),
        metadata,
        files,
        (fromEna() ? SOURCE : source) + ":" + run.accession(),
        inputBytes(run),
        refusal.or(() -> unwanted(run, metadata)).or(() -> unreachable(run, files)));
  }

  private Optional<String> unwanted(EnaRun run, Map<String, String> metadata) {
    Optional<String> blocked = lists.blocked(run);
    if (blocked.isPresent() || lists.allows(run)) {
      return blocked;
    }
    return selection.skip(run).or(() -> rules.flatMap(all -> all.skip(metadata)));
  }

  /** True if the files are those of the source ena, whose download is shared. */
  private boolean fromEna() {
    return !source.equals(NCBI);
  }

  /** All fields that the portal stated, without those that became files. */
  private Map<String, String> metadata(EnaRun run) {
    Map<String, String> metadata = new LinkedHashMap<>(run.fields());
    metadata.keySet().removeAll(EnaPortal.FILE_FIELDS);
    List<String> notes = new ArrayList<>(run.notes());
    if (run.fastq().isEmpty() && fromEna()) {
      notes.add("ENA has no FASTQ of this run");
    }
    if (!notes.isEmpty()) {
      metadata.put("archive_notes", Slug.metadata(String.join("; ", notes)));
    }
    referenceRelease.ifPresent(release -> metadata.put("reference_release", release));
    return metadata;
  }

  private List<SourceFile> files(EnaRun run) {
    Location ncbi =
        new Location(
            "ncbi",
            archives.ncbiSra() + "/" + run.accession() + "/" + run.accession(),
            "sra",
            OptionalLong.empty(),
            Optional.empty());
    List<SourceFile> files = new ArrayList<>();
    for (EnaRun.Fastq fastq : run.fastq()) {
      Location ena =
          new Location(
              SOURCE,
              archives.enaFiles() + fastq.path(),
              "fastq.gz",
              fastq.bytes(),
              fastq.md5().map(Location.Checksum::md5));
      files.add(new SourceFile(fastq.name(), "fastq.gz", List.of(ena, ncbi)));
    }
    if (files.isEmpty() && RunSelection.hasShortReads(run)) {
      files.add(new SourceFile(run.accession() + ".sra", "sra", List.of(ncbi)));
    }
    return files;
  }

  private static Optional<String> unreachable(EnaRun run, List<SourceFile> files) {
    return files.isEmpty()
        ? Optional.of(
            "ENA has no FASTQ of this run, and its archive at NCBI cannot be turned into short"
                + " reads (platform "
                + run.field("instrument_platform")
                + ")")
        : Optional.empty();
  }

  private static long inputBytes(EnaRun run) {
    long fastq = run.fastq().stream().mapToLong(file -> file.bytes().orElse(0)).sum();
    return run.fastq().isEmpty() ? run.number("sra_bytes").orElse(0) : fastq;
  }
}
