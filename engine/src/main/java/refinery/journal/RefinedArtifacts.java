package refinery.journal;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.KeyValues;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Reproduction;
import refinery.protocol.query.BatchView;

/**
 * The rows of refined artifacts. They are written when a batch gets its results, with what was
 * known then, and removed when the batch is taken up again. Step logs are no refined artifacts.
 */
final class RefinedArtifacts {
  private static final RowTable<RefinedArtifact> ROWS =
      RowTable.<RefinedArtifact>named("artifact_row")
          .column("batch_id", "text", a -> a.batch().value())
          .column("name", "text", RefinedArtifact::name)
          .column("pipeline", "text", RefinedArtifact::pipeline)
          .column("role", "text", RefinedArtifact::role)
          .column("organism", "text", a -> a.organism().orElse(null))
          .column("media_type", "text", RefinedArtifact::mediaType)
          .column("sha256", "text", RefinedArtifact::sha256)
          .column("size", "int8", RefinedArtifact::size)
          .column("refined_at", "text", "timestamptz", a -> SqlText.timestamp(a.refinedAt()))
          .column("facets", "text", "jsonb", a -> SqlText.json(a.facets()))
          .ignoringKnown()
          .built();

  private RefinedArtifacts() {}

  /** When a batch got its results by this event; empty for other events. */
  static Optional<Instant> broughtAt(Object event) {
    return event instanceof BatchEvent.Processed processed
        ? Optional.of(processed.at())
        : Optional.empty();
  }

  /**
   * The artifacts that the batch has from now on; empty when they have not changed. What is made
   * again to be compared is found by nobody.
   *
   * @param refinedAt when it got results, if it did since its previous row
   */
  static Optional<List<RefinedArtifact>> changed(BatchView batch, Optional<Instant> refinedAt) {
    if (Reproduction.of(batch.parameters()).isPresent()) {
      return Optional.empty();
    }
    if (batch.state() == BatchState.DONE) {
      return refinedAt.map(at -> of(batch, at));
    }
    // A batch without jobs has never had results.
    return batch.jobIds().isEmpty() ? Optional.empty() : Optional.of(List.of());
  }

  private static List<RefinedArtifact> of(BatchView batch, Instant at) {
    Map<String, String> keyValues =
        KeyValues.of(batch.keyValues(), batch.facts(), batch.parameters());
    Map<String, RefinedArtifact> byName = new TreeMap<>();
    for (BatchView.ArtifactView artifact : batch.artifacts()) {
      if (!artifact.role().equals(Artifact.LOG)) {
        RefinedArtifact refined =
            new RefinedArtifact(
                batch.id(),
                batch.pipeline(),
                artifact.role(),
                artifact.name(),
                batch.organism(),
                keyValues,
                artifact.sha256(),
                artifact.size(),
                artifact.mediaType(),
                at);
        byName.putIfAbsent(refined.name(), refined);
      }
    }
    return List.copyOf(byName.values());
  }

  /** Replaces the rows of these batches, in the caller's transaction. */
  static void write(Connection connection, Map<BatchId, List<RefinedArtifact>> batches)
      throws SQLException {
    Map<BatchId, List<RefinedArtifact>> ordered = new TreeMap<>(batches);
    forget(connection, ordered.keySet());
    ROWS.write(connection, ordered.values().stream().flatMap(List::stream).toList());
  }

  private static void forget(Connection connection, Collection<BatchId> batches)
      throws SQLException {
    if (batches.isEmpty()) {
      return;
    }
    Array ids = connection.createArrayOf("text", batches.stream().map(BatchId::value).toArray());
    try (PreparedStatement statement =
        connection.prepareStatement("delete from artifact_row where batch_id = any(?)")) {
      statement.setArray(1, ids);
      statement.executeUpdate();
    }
  }
}
