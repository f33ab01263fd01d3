package refinery.readmodel;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import refinery.protocol.SurveyId;
import refinery.protocol.query.SurveyPace;

/**
 * How fast surveys go on: over the last {@value #LAST} process jobs of each that ended, which are
 * read along an index of their own, however many there are.
 */
final class PaceRows {
  static final int LAST = 50;

  /** Fewer ends tell too little. */
  private static final int FEWEST = 3;

  private PaceRows() {}

  static Map<SurveyId, SurveyPace> read(Connection connection, Collection<SurveyId> ids)
      throws SQLException {
    Map<SurveyId, SurveyPace> paces = new HashMap<>();
    query(ids)
        .list(connection, PaceRows::pace)
        .forEach(pace -> paces.put(pace.survey(), pace.pace()));
    return paces;
  }

  static Query query(Collection<SurveyId> ids) {
    return new Query(
        """
        select s.id, count(*), extract(epoch from now() - min(l.finished_at))
        from unnest(?) s (id)
        cross join lateral (
          select j.finished_at from job_row j
          where j.survey_id = s.id and j.kind = 'process' and j.state in ('succeeded', 'failed')
            and j.finished_at is not null
          order by j.finished_at desc limit ?) l
        group by s.id having count(*) >= ?
        """,
        ids.stream().map(SurveyId::value).distinct().toList(),
        LAST,
        FEWEST);
  }

  private record Measured(SurveyId survey, SurveyPace pace) {}

  /** Clocks of nodes differ: an end that is still to come is now. */
  private static Measured pace(ResultSet row) throws SQLException {
    long millis = Math.max(1, Math.round(row.getDouble(3) * 1000));
    return new Measured(
        SurveyId.of(row.getString(1)),
        new SurveyPace(row.getLong(2) - 1, Duration.ofMillis(millis)));
  }
}
