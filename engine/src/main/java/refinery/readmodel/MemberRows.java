package refinery.readmodel;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.SetQueries.Member;
import refinery.protocol.query.SetQueries.Search;

/** Queries about the batches of sets and surveys. Blocking. */
final class MemberRows {
  private MemberRows() {}

  /**
   * How far a survey's search is. It is complete when the survey job has succeeded and the survey
   * has nothing outstanding, for then every batch that was found exists.
   */
  static Search search(Connection connection, SurveyId survey) throws SQLException {
    return new Query(
            """
            select s.open, s.state as survey, j.state as job from survey_row s
            left join job_row j on j.id = s.document ->> 'job_id' where s.id = ?
            """,
            survey.value())
        .first(connection, MemberRows::search)
        .orElse(Search.UNKNOWN_SURVEY);
  }

  private static Search search(ResultSet row) throws SQLException {
    String job = Optional.ofNullable(row.getString("job")).orElse("");
    boolean ended = List.of("failed", "cancelled").contains(row.getString("survey"));
    if (job.equals("succeeded") && !row.getBoolean("open")) {
      return Search.COMPLETE;
    }
    return ended ? Search.ENDED_EARLY : Search.RUNNING;
  }

  static List<BatchId> batches(
      Connection connection, SurveyId survey, Optional<BatchId> after, int limit)
      throws SQLException {
    return new Query(
            """
            select batch_id from batch_survey
            where survey_id = ? and state <> 'cancelled' and batch_id > ? order by batch_id limit ?
            """,
            survey.value(),
            after.map(BatchId::value).orElse(""),
            limit)
        .list(connection, row -> BatchId.of(row.getString(1)));
  }

  static List<Member> members(Connection connection, List<BatchId> ids, BatchSet set)
      throws SQLException {
    return new Query(
            """
            select b.id, b.state, b.key, b.organism, a.name, a.sha256, a.size,
              case when b.state <> 'done' and ? = 1 then b.document ->> 'reason' end as reason
            from batch_row b
            left join lateral (
              select name, sha256, size from artifact_row
              where batch_id = b.id and (? = '' or pipeline = ?) and role = ? order by name limit 1
            ) a on true
            where b.id = any(?) order by b.id
            """,
            set.ended() ? 1 : 0,
            set.pipeline(),
            set.pipeline(),
            set.artifact(),
            ids.stream().map(BatchId::value).toList())
        .list(connection, row -> member(row, set));
  }

  private static Member member(ResultSet row, BatchSet set) throws SQLException {
    BatchId id = BatchId.of(row.getString("id"));
    BatchState state = BatchState.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    boolean there = row.getString("sha256") != null;
    Optional<MemberOutput.About> about =
        set.ended() ? Optional.of(about(row, state, there, set)) : Optional.empty();
    Optional<MemberOutput> output = Optional.empty();
    if (there) {
      output =
          Optional.of(
              new MemberOutput(
                  id, row.getString("name"), row.getString("sha256"), row.getLong("size"), about));
    } else if (set.ended() && hasEnded(state)) {
      output = Optional.of(new MemberOutput(id, "", "", 0, about));
    }
    return new Member(id, state, output);
  }

  private static boolean hasEnded(BatchState state) {
    return switch (state) {
      case DONE, FAILED, CANCELLED, PLANNED -> true;
      case QUEUED, DOWNLOADING, DOWNLOADED, PROCESSING -> false;
    };
  }

  private static MemberOutput.About about(
      ResultSet row, BatchState state, boolean there, BatchSet set) throws SQLException {
    String lacks = "";
    if (!there) {
      lacks =
          state == BatchState.DONE
              ? "it has no " + set.artifact()
              : Optional.ofNullable(row.getString("reason")).orElse(state.word());
    }
    String organism = Optional.ofNullable(row.getString("organism")).orElse("");
    return new MemberOutput.About(row.getString("key"), organism, state.word(), lacks);
  }
}
