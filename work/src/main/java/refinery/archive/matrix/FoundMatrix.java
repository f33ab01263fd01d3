package refinery.archive.matrix;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchivesConfig;
import refinery.archive.Slug;
import refinery.archive.matrix.ProjectBucket.ProjectMatrix;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Ids;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.source.BatchSize;
import refinery.source.Source.SourceException;

/**
 * A matrix that a survey has found.
 *
 * @param version as its place states it, of all files
 * @param files the matrix first
 */
record FoundMatrix(
    String key,
    String version,
    Optional<String> organism,
    Map<String, String> metadata,
    List<SourceFile> files) {
  static final String UNKNOWN = "unknown";

  FoundMatrix {
    metadata = Map.copyOf(metadata);
    files = List.copyOf(files);
  }

  static FoundMatrix of(ProjectMatrix matrix, ProjectBucket bucket) {
    String version =
        matrix.object().tag().isEmpty() ? matrix.object().modified() : matrix.object().tag();
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("project", matrix.project());
    metadata.put("matrix_modified", Slug.metadata(matrix.object().modified()));
    matrix.species().ifPresent(species -> metadata.put("species", Slug.metadata(species)));
    return new FoundMatrix(
        matrix.key(),
        version.isEmpty() ? UNKNOWN : version,
        matrix.species().map(FoundMatrix::organism),
        metadata,
        List.of(
            new SourceFile(
                "matrix.mtx.zip",
                MatrixPlaces.MATRIX,
                List.of(
                    new Location(
                        MatrixSource.NAME,
                        bucket.url(matrix),
                        MatrixPlaces.MATRIX,
                        OptionalLong.of(matrix.object().size()),
                        Optional.empty())))));
  }

  /** An artifact of permanent storage; its digest is its version. */
  static FoundMatrix stored(String sha256) {
    Location location =
        new Location(
            "artifacts",
            "artifact:" + sha256,
            MatrixPlaces.MATRIX,
            OptionalLong.empty(),
            Optional.empty());
    return new FoundMatrix(
        "artifact/" + sha256.substring(0, 16),
        sha256,
        Optional.empty(),
        Map.of("artifact", sha256),
        List.of(new SourceFile(MatrixPlaces.MATRIX, MatrixPlaces.MATRIX, List.of(location))));
  }

  /** The Human Cell Atlas says human and mouse. */
  private static String organism(String species) {
    return switch (species.toLowerCase(Locale.ROOT)) {
      case "human" -> "homo_sapiens";
      case "mouse" -> "mus_musculus";
      default -> Slug.organism(species);
    };
  }

  BatchSpec batch(String pipeline, Optional<String> of, ArchivesConfig.Limits limits)
      throws SourceException {
    Map<String, String> identity =
        Map.of("version", Ids.derive("matrix", version).substring(0, 16));
    Map<String, String> said = new TreeMap<>(metadata);
    said.put("matrix_version", Slug.metadata(version));
    of.ifPresent(organism -> said.put("organism", organism));
    BatchSpec batch =
        new BatchSpec(
            BatchSpec.idOf(MatrixSource.NAME, key, pipeline, identity),
            MatrixSource.NAME,
            key,
            pipeline,
            of,
            identity,
            Map.of(),
            said,
            files,
            MatrixSource.NAME + ":" + key + "/" + identity.get("version"),
            files.stream().mapToLong(file -> file.size().orElse(0)).sum(),
            Optional.empty());
    try {
      limits.batch().check("the matrix " + key, BatchSize.of(batch));
      return batch;
    } catch (AnswerTooLarge large) {
      throw new SourceException(Failure.of(FailureClass.PERMANENT, large.getMessage()));
    }
  }
}
