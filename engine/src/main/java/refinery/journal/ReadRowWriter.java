package refinery.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.ToLongFunction;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;
import refinery.protocol.NodeId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Need;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.QualityView;

/**
 * Writes read rows in the caller's transaction. Tables are always written in the same order and
 * rows in the order of their ids, so that concurrent writers cannot deadlock. An older row never
 * replaces a newer one. Stateless.
 */
public final class ReadRowWriter {
  /**
   * A row, and the sequence number of the entity's event after which it is true.
   *
   * @param refinedAt when a batch got its results, if it did since its previous row
   */
  public record Versioned(long seqNr, ReadRow row, Optional<Instant> refinedAt) {}

  /** An artifact that an event of {@code owner} lists. */
  public record Listed(String owner, Artifact artifact) {}

  private record SurveyRow(long seqNr, ReadRow.Survey row) {}

  private record BatchRow(long seqNr, ReadRow.Batch row) {}

  private record JobRow(long seqNr, ReadRow.Job row) {}

  private record ScheduleRow(long seqNr, ReadRow.Schedule row) {}

  private record Used(JobView job, JobUsage usage) {}

  private record Membership(long seqNr, BatchView batch, SurveyId survey) {}

  private static final String CHANGED = ", changed_at";
  private static final String NOW = ", now()";

  private static final RowTable<SurveyRow> SURVEYS =
      RowTable.<SurveyRow>named("survey_row")
          .column("id", "text", r -> r.row().view().id().value())
          .column("seq_nr", "int8", SurveyRow::seqNr)
          .column("source", "text", r -> SqlText.text(r.row().view().source()))
          .column("state", "text", r -> r.row().view().state().word())
          .column("created_at", "text", "timestamptz", r -> time(r.row().view().createdAt()))
          .column("open", "bool", r -> r.row().open())
          .column("document", "text", "json", r -> SqlText.json(r.row().view()))
          .replacing("id")
          .built(CHANGED, NOW, "");

  private static final RowTable<ScheduleRow> SCHEDULES =
      RowTable.<ScheduleRow>named("schedule_row")
          .column("id", "text", r -> r.row().view().id().value())
          .column("seq_nr", "int8", ScheduleRow::seqNr)
          .column("state", "text", r -> r.row().view().state().word())
          .column("created_at", "text", "timestamptz", r -> time(r.row().view().createdAt()))
          .column(
              "next_at",
              "text",
              "timestamptz",
              r -> r.row().view().nextAt().map(SqlText::timestamp).orElse(null))
          .column("open", "bool", r -> r.row().open())
          .column("document", "text", "json", r -> SqlText.json(r.row().view()))
          .replacing("id")
          .built(CHANGED, NOW, "");

  private static final RowTable<BatchRow> BATCHES =
      RowTable.<BatchRow>named("batch_row")
          .column("id", "text", r -> r.row().view().id().value())
          .column("seq_nr", "int8", BatchRow::seqNr)
          .column("source", "text", r -> SqlText.text(r.row().view().source()))
          .column("key", "text", r -> SqlText.text(r.row().view().key()))
          .column("pipeline", "text", r -> SqlText.text(r.row().view().pipeline()))
          .column("organism", "text", r -> text(r.row().view().organism()))
          .column("state", "text", r -> r.row().view().state().word())
          .column("quality", "text", r -> quality(r.row().view()))
          .column("title", "text", r -> SqlText.text(title(r.row().view())))
          .column("created_at", "text", "timestamptz", r -> time(r.row().view().createdAt()))
          .column("awaits", "text", r -> r.row().awaits().map(ReadRowWriter::digest).orElse(null))
          .column("missed", "text", r -> r.row().missed().map(ReadRowWriter::digest).orElse(null))
          .column("need", "text", "json", r -> need(r.row()).map(SqlText::json).orElse(null))
          .column("open", "bool", r -> r.row().open())
          .column("document", "text", "json", r -> SqlText.json(r.row().view()))
          .replacing("id")
          .built(CHANGED, NOW, "");

  private static final RowTable<Membership> MEMBERSHIPS =
      RowTable.<Membership>named("batch_survey")
          .column("survey_id", "text", m -> m.survey().value())
          .column("batch_id", "text", m -> m.batch().id().value())
          .column("seq_nr", "int8", Membership::seqNr)
          .column("state", "text", m -> m.batch().state().word())
          .column("quality", "text", m -> quality(m.batch()))
          .column("created_at", "text", "timestamptz", m -> time(m.batch().createdAt()))
          .replacing("batch_id, survey_id")
          .built();

  private static final RowTable<JobRow> JOBS =
      RowTable.<JobRow>named("job_row")
          .column("id", "text", r -> r.row().view().id().value())
          .column("seq_nr", "int8", JobRow::seqNr)
          .column("kind", "text", r -> r.row().view().kind().word())
          .column("state", "text", r -> r.row().view().state().word())
          .column(
              "survey_id", "text", r -> r.row().view().surveyId().map(SurveyId::value).orElse(null))
          .column("pipeline", "text", r -> SqlText.text(r.row().view().pipeline()))
          .column("node", "text", r -> r.row().view().node().map(NodeId::value).orElse(null))
          .column("attempt", "int4", r -> r.row().view().attempt())
          .column(
              "failure_class",
              "text",
              r -> r.row().view().failure().map(f -> f.failureClass().word()).orElse(null))
          .column(
              "failure",
              "text",
              r -> r.row().view().failure().map(f -> SqlText.text(f.message())).orElse(null))
          .column("fingerprint", "text", r -> text(r.row().fingerprint()))
          .column("raw_data", "bool", r -> r.row().rawData())
          .column("created_at", "text", "timestamptz", r -> time(r.row().view().createdAt()))
          .column(
              "finished_at",
              "text",
              "timestamptz",
              r -> r.row().view().finishedAt().map(SqlText::timestamp).orElse(null))
          .column("open", "bool", r -> r.row().open())
          .column("ticket", "text", "json", r -> SqlText.json(r.row().ticket()))
          .column("document", "text", "json", r -> SqlText.json(r.row().view()))
          .replacing("id")
          .built(CHANGED, NOW, "");

  private static final RowTable<Used> USAGE =
      RowTable.<Used>named("job_usage")
          .column("id", "text", u -> u.job().id().value())
          .column("pipeline", "text", u -> SqlText.text(u.job().pipeline()))
          .column("size_class", "int4", u -> u.usage().size().inputs())
          .column("needed_class", "int4", u -> u.usage().size().needed())
          .column("cpu", "int8", u -> u.usage().reserved().cpu())
          .column("memory", "int8", u -> u.usage().reserved().memory())
          .column("disk", "int8", u -> u.usage().reserved().disk())
          .column("peak_memory", "int8", u -> u.usage().used().peakMemory())
          .column("scratch", "int8", u -> u.usage().used().scratch())
          .column("cpu_seconds", "float8", u -> u.usage().used().cpuSeconds())
          .column("seconds", "float8", u -> u.usage().seconds())
          .column("reused", "bool", u -> u.usage().reused())
          .column("saved_cpu_seconds", "float8", u -> u.usage().savedCpuSeconds())
          .column("saved_bytes", "int8", u -> u.usage().savedBytes())
          .column("finished_at", "text", "timestamptz", u -> time(u.usage().finishedAt()))
          .ignoringKnown()
          .built();

  private static final RowTable<Listed> LISTED =
      RowTable.<Listed>named("listed_artifact")
          .column("sha256", "text", l -> SqlText.text(l.artifact().sha256()))
          .column("owner", "text", l -> SqlText.text(l.owner()))
          .column("name", "text", l -> SqlText.text(l.artifact().name()))
          .column("role", "text", l -> SqlText.text(l.artifact().role()))
          .column("size", "int8", l -> l.artifact().size())
          .column("media_type", "text", l -> SqlText.text(l.artifact().mediaType()))
          .ignoringKnown()
          .built();

  private ReadRowWriter() {}

  /** Writes the newest row of every entity among these, and all artifacts. Blocking. */
  public static void write(
      Connection connection, Collection<Versioned> rows, Collection<Listed> artifacts)
      throws SQLException {
    Map<String, ScheduleRow> schedules = new TreeMap<>();
    Map<String, SurveyRow> surveys = new TreeMap<>();
    Map<String, BatchRow> batches = new TreeMap<>();
    Map<String, JobRow> jobs = new TreeMap<>();
    Map<BatchId, List<RefinedArtifact>> refined = new TreeMap<>();
    for (Versioned versioned : rows) {
      long seqNr = versioned.seqNr();
      switch (versioned.row()) {
        case ReadRow.Survey row ->
            surveys.merge(
                row.view().id().value(), new SurveyRow(seqNr, row), newer(SurveyRow::seqNr));
        case ReadRow.Batch row -> {
          batches.merge(row.view().id().value(), new BatchRow(seqNr, row), newer(BatchRow::seqNr));
          RefinedArtifacts.changed(row.view(), versioned.refinedAt())
              .ifPresent(now -> refined.put(row.view().id(), now));
        }
        case ReadRow.Job row ->
            jobs.merge(row.view().id().value(), new JobRow(seqNr, row), newer(JobRow::seqNr));
        case ReadRow.Schedule row ->
            schedules.merge(
                row.view().id().value(), new ScheduleRow(seqNr, row), newer(ScheduleRow::seqNr));
      }
    }
    SCHEDULES.write(connection, schedules.values());
    SURVEYS.write(connection, surveys.values());
    BATCHES.write(connection, batches.values());
    writeMemberships(connection, batches);
    JOBS.write(connection, jobs.values());
    USAGE.write(connection, used(jobs));
    TreeMap<String, Listed> listed = new TreeMap<>();
    artifacts.forEach(one -> listed.putIfAbsent(one.artifact().sha256() + " " + one.owner(), one));
    LISTED.write(connection, listed.values());
    RefinedArtifacts.write(connection, refined);
  }

  private static List<Used> used(Map<String, JobRow> jobs) {
    return jobs.values().stream()
        .flatMap(job -> job.row().usage().map(u -> new Used(job.row().view(), u)).stream())
        .toList();
  }

  private static <R> BinaryOperator<R> newer(ToLongFunction<R> seqNr) {
    return (a, b) -> seqNr.applyAsLong(a) > seqNr.applyAsLong(b) ? a : b;
  }

  /** Writes which surveys found the batches. A membership is never removed. */
  private static void writeMemberships(Connection connection, Map<String, BatchRow> batches)
      throws SQLException {
    List<Membership> memberships = new ArrayList<>();
    for (BatchRow batch : batches.values()) {
      for (SurveyId survey : new TreeSet<>(batch.row().view().surveyIds())) {
        memberships.add(new Membership(batch.seqNr(), batch.row().view(), survey));
      }
    }
    MEMBERSHIPS.write(connection, memberships);
  }

  private static Optional<Need> need(ReadRow.Batch row) {
    return row.awaits().or(row::missed);
  }

  /** Equal for equal needs. */
  private static String digest(Need need) {
    return Ids.derive("need", SqlText.json(need));
  }

  private static Object time(Instant instant) {
    return SqlText.timestamp(instant);
  }

  private static Object text(Optional<String> value) {
    return value.filter(text -> !text.isEmpty()).map(SqlText::text).orElse(null);
  }

  private static Object quality(BatchView batch) {
    return text(batch.quality().map(QualityView::verdict));
  }

  private static String title(BatchView view) {
    return view.keyValues()
        .getOrDefault("title", view.keyValues().getOrDefault("sample_title", ""));
  }
}
