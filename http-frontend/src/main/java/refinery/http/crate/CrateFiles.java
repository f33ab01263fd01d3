package refinery.http.crate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import refinery.protocol.batch.Artifact;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.BatchView.ArtifactView;

/** The files of a crate: those that it carries by their path, the others by their address. */
final class CrateFiles {
  private final Run run;
  private final Payload payload;
  private final Graph graph;
  private final Entity root;

  CrateFiles(Run run, Payload payload, Graph graph, Entity root) {
    this.run = run;
    this.payload = payload;
    this.graph = graph;
    this.root = root;
  }

  static boolean isLog(ArtifactView artifact) {
    return artifact.role().equals(Artifact.LOG);
  }

  /** A raw file, by the first public address that it has. */
  Entity raw(BatchView.FileView file) {
    List<String> addresses =
        file.locations().stream()
            .flatMap(text -> CrateIds.web(text).stream())
            .filter(this::isFree)
            .toList();
    Entity entity =
        part(addresses.stream().findFirst().orElseGet(() -> CrateIds.local("file", file.name())))
            .put("name", file.name())
            .put("encodingFormat", mediaType(file.format()))
            .put("sdDatePublished", RunCrate.time(run.batch().updatedAt()))
            .put("md5", file.md5())
            .put("deliveredFrom", file.deliveredFrom());
    if (file.size().isPresent()) {
      entity.put("contentSize", Long.toString(file.size().getAsLong()));
    }
    return addresses.size() > 1 ? entity.put("contentUrl", addresses) : entity;
  }

  /** What met a need; for a set of batches that is the list of their outputs with digests. */
  Optional<Entity> need(BatchView.NeedView need) {
    return need.sha256()
        .map(
            sha256 ->
                part(address(sha256))
                    .put("name", need.role())
                    .put("description", need.detail())
                    .put("sha256", sha256));
  }

  Entity stored(ArtifactView artifact) {
    return stored(artifact.name(), artifact.sha256(), artifact.size(), artifact.mediaType());
  }

  Entity stored(Artifact artifact) {
    return stored(artifact.name(), artifact.sha256(), artifact.size(), artifact.mediaType());
  }

  private Entity stored(String name, String sha256, long size, String mediaType) {
    Optional<String> path = payload.path(name, sha256);
    Entity entity =
        part(path.orElseGet(() -> address(sha256)))
            .put("name", name)
            .put("sha256", sha256)
            .put("contentSize", Long.toString(size))
            .put("encodingFormat", mediaType);
    return path.isPresent() ? entity.put("contentUrl", address(sha256)) : entity;
  }

  /** False for the address of something else that the crate tells of, such as its licence. */
  private boolean isFree(String id) {
    return !graph.has(id) || graph.entity(id).node().path("@type").asText().equals("File");
  }

  private Entity part(String id) {
    Entity file = graph.entity(id, "File");
    root.refer("hasPart", file);
    return file;
  }

  private String address(String sha256) {
    return run.base() + "/api/v1/artifacts/" + sha256;
  }

  private static String mediaType(String format) {
    String lower = format.toLowerCase(Locale.ROOT);
    if (lower.endsWith("gz")) {
      return "application/gzip";
    }
    return lower.equals("fastq") || lower.equals("fasta") || lower.equals("gtf")
        ? "text/plain"
        : "application/octet-stream";
  }
}
