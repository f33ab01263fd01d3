package refinery.archive.ensembl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import refinery.archive.AnswerTooLarge;
import refinery.archive.Slug;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.source.BatchSize;
import refinery.source.Source.SourceException;

/**
 * Finds a genome's FASTA and GTF, and makes its two index batches. It prefers {@code
 * primary_assembly}, which lacks the alternate haplotypes on which reads would map twice. That file
 * exists only for genomes with alternates, and never in Ensembl Genomes.
 */
record GenomeBatches(
    EnsemblArchive archive, Layout layout, Collections collections, String pipeline) {
  private static final List<Integer> INDEX_K = List.of(31, 23);

  /** A file that the server has. */
  private record Found(String name, String assembly, Location location) {
    SourceFile file(String format) {
      return new SourceFile(name, format, List.of(location));
    }
  }

  List<BatchSpec> of(Genome genome) throws SourceException, InterruptedException {
    Files files = files(genome);
    List<BatchSpec> batches = new ArrayList<>();
    for (int k : INDEX_K) {
      BatchSpec batch = batch(genome, files, k);
      try {
        archive.limits().batch().check("the genome " + genome.name(), BatchSize.of(batch));
      } catch (AnswerTooLarge large) {
        throw new SourceException(Failure.of(FailureClass.PERMANENT, large.getMessage()));
      }
      batches.add(batch);
    }
    return batches;
  }

  /**
   * The files of a genome under one of its names. If there are none under any name, the failure is
   * that of the first name.
   *
   * @param filed the genome under the name that its directories have
   */
  private record Files(Genome filed, Found sequence, Found annotation) {}

  private Files files(Genome genome) throws SourceException, InterruptedException {
    SourceException first = null;
    for (Genome filed : names(genome)) {
      Optional<String> collection = collections.of(filed.name());
      try {
        Found sequence = sequence(filed, layout.genomeDirectory(filed.name(), collection));
        return new Files(
            filed,
            sequence,
            annotation(
                filed, sequence.assembly(), layout.annotationDirectory(filed.name(), collection)));
      } catch (SourceException e) {
        if (e.failure().failureClass() != FailureClass.ABSENT) {
          throw e;
        }
        first = first == null ? e : first;
      }
    }
    throw first;
  }

  private static List<Genome> names(Genome genome) {
    return Stream.concat(Stream.of(genome), genome.aliases().stream().map(genome::as)).toList();
  }

  private Found sequence(Genome genome, String directory)
      throws SourceException, InterruptedException {
    Checksums listing = archive.checksums(directory);
    Set<Checksums.GenomeFile> candidates = new LinkedHashSet<>();
    List<String> kinds =
        layout.division().isMain() ? List.of("primary_assembly", "toplevel") : List.of("toplevel");
    for (String kind : kinds) {
      listing.genome(kind, genome.assembly()).ifPresent(candidates::add);
    }
    if (candidates.isEmpty()) {
      for (String kind : kinds) {
        String name = genome.inFileNames() + "." + genome.assembly() + ".dna." + kind + ".fa.gz";
        candidates.add(new Checksums.GenomeFile(name, genome.assembly()));
      }
    }
    for (Checksums.GenomeFile candidate : candidates) {
      Optional<Location> location = archive.locate(directory, candidate.name(), "fa.gz", listing);
      if (location.isPresent()) {
        return new Found(candidate.name(), candidate.assembly(), location.get());
      }
    }
    throw absent("no genome sequence", directory, candidates.stream().map(c -> c.name()).toList());
  }

  private Found annotation(Genome genome, String assembly, String directory)
      throws SourceException, InterruptedException {
    Checksums listing = archive.checksums(directory);
    List<String> names =
        Stream.of(assembly, genome.assembly())
            .distinct()
            .map(each -> layout.annotationName(genome.inFileNames(), each))
            .toList();
    for (String name : names) {
      Optional<Location> location = archive.locate(directory, name, "gtf.gz", listing);
      if (location.isPresent()) {
        return new Found(name, assembly, location.get());
      }
    }
    throw absent("no annotation", directory, names);
  }

  private SourceException absent(String what, String directory, List<String> names) {
    return new SourceException(
        Failure.of(
            FailureClass.ABSENT,
            "%s in release %d (looked for %s in %s)"
                .formatted(what, layout.release(), String.join(" and ", names), directory)));
  }

  private BatchSpec batch(Genome genome, Files found, int k) {
    Found sequence = found.sequence();
    Map<String, String> identity = Map.of("k", Integer.toString(k));
    String unit = genome.name() + "/" + sequence.assembly() + "/" + layout.release();
    String key = unit + "/k" + k;
    List<SourceFile> files = List.of(sequence.file("fa.gz"), found.annotation().file("gtf.gz"));
    long bytes = files.stream().mapToLong(file -> file.size().orElse(0)).sum();
    return new BatchSpec(
        BatchSpec.idOf(EnsemblSource.NAME, key, pipeline, identity),
        EnsemblSource.NAME,
        key,
        pipeline,
        Optional.of(Slug.organism(genome.name())),
        identity,
        Map.of(),
        metadata(genome, found),
        files,
        EnsemblSource.NAME + ":" + layout.division().word() + "/" + unit,
        bytes,
        Optional.empty());
  }

  private Map<String, String> metadata(Genome genome, Files found) {
    Map<String, String> metadata = new LinkedHashMap<>(genome.metadata());
    metadata.put("species", genome.name());
    metadata.put("assembly", found.sequence().assembly());
    if (!found.filed().name().equals(genome.name())) {
      metadata.put("filed_as", found.filed().name());
    }
    metadata.put("release", Integer.toString(layout.release()));
    metadata.put("division", layout.division().word());
    collections.of(found.filed().name()).ifPresent(name -> metadata.put("collection", name));
    return metadata;
  }
}
