package refinery.archive.ena;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.archive.ArchivesConfig;
import refinery.archive.Slug;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/**
 * One batch of one run: ENA's FASTQ first, NCBI's archive of the run as the last location of each
 * file. Pure.
 *
 * @param referenceRelease pins the index's release; part of the identity, as results depend on it
 */
record RunBatches(
    ArchivesConfig archives,
    String pipeline,
    RunSelection selection,
    Optional<String> referenceRelease) {

  static final String SOURCE = "ena";

  BatchSpec batch(EnaRun run) {
    Map<String, String> identity =
        referenceRelease.map(release -> Map.of("reference_release", release)).orElse(Map.of());
    List<SourceFile> files = files(run);
    String organism = Slug.organism(run.field("scientific_name"));
    return new BatchSpec(
        BatchSpec.idOf(SOURCE, run.accession(), pipeline, identity),
        SOURCE,
        run.accession(),
        pipeline,
        Optional.of(organism).filter(slug -> !slug.isEmpty()),
        identity,
        Map.of(),
        metadata(run),
        files,
        SOURCE + ":" + run.accession(),
        inputBytes(run),
        selection.skip(run).or(() -> unreachable(run, files)));
  }

  /** All that the portal said but the columns that became files. */
  private Map<String, String> metadata(EnaRun run) {
    Map<String, String> metadata = new LinkedHashMap<>(run.fields());
    metadata.keySet().removeAll(EnaPortal.FILE_FIELDS);
    List<String> notes = new ArrayList<>(run.notes());
    if (run.fastq().isEmpty()) {
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
    if (files.isEmpty() && mayBeExtracted(run)) {
      files.add(new SourceFile(run.accession() + ".sra", "sra", List.of(ncbi)));
    }
    return files;
  }

  /** NCBI extracts plain short reads; native long-read and 10x BAM submissions need more. */
  private static boolean mayBeExtracted(EnaRun run) {
    return run.field("instrument_platform").equalsIgnoreCase("ILLUMINA");
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
