package refinery.journal;

import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.AkkaSerialization;
import akka.persistence.jdbc.journal.dao.JournalTables.JournalAkkaSerializationRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.batch.Artifact;
import scala.Option;

/**
 * A row of the journal, with everything that is written in the same transaction. In this form it
 * passes through the plugin's queue of writes.
 */
final class JournalRow extends JournalAkkaSerializationRow {
  private static final long serialVersionUID = 1L;

  private final transient Optional<ReadRow> readRow;
  private final transient List<Artifact> artifacts;
  private final transient Optional<Instant> refinedAt;

  JournalRow(
      PersistentRepr repr,
      AkkaSerialization.AkkaSerialized payload,
      Option<AkkaSerialization.AkkaSerialized> metadata,
      Optional<ReadRow> readRow,
      List<Artifact> artifacts,
      Optional<Instant> refinedAt) {
    super(
        Long.MIN_VALUE,
        repr.deleted(),
        repr.persistenceId(),
        repr.sequenceNr(),
        repr.writerUuid(),
        repr.timestamp(),
        repr.manifest(),
        payload.payload(),
        payload.serId(),
        payload.serManifest(),
        metadata.map(AkkaSerialization.AkkaSerialized::payload),
        metadata.map(AkkaSerialization.AkkaSerialized::serId),
        metadata.map(AkkaSerialization.AkkaSerialized::serManifest));
    this.readRow = readRow;
    this.artifacts = artifacts;
    this.refinedAt = refinedAt;
  }

  Optional<ReadRow> readRow() {
    return readRow;
  }

  List<Artifact> artifacts() {
    return artifacts;
  }

  /** When a batch got its results by this event; empty for other events. */
  Optional<Instant> refinedAt() {
    return refinedAt;
  }

  /** {@code job-1} of {@code Job|job-1}. */
  String entityId() {
    return persistenceId().substring(persistenceId().indexOf('|') + 1);
  }
}
