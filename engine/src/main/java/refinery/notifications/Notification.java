package refinery.notifications;

import java.util.List;
import refinery.protocol.JobId;
import refinery.protocol.query.JobView;
import refinery.readmodel.NotificationQueries.GivenUp;

/**
 * A message about one job or several.
 *
 * @param delivery identifies the message; the same when it is sent again
 * @param jobs the jobs that it tells of, in the journal's order
 * @param position the position in the journal that the channel reaches with it
 */
record Notification(String delivery, List<JobId> jobs, long position, String body) {
  Notification {
    jobs = List.copyOf(jobs);
  }

  /** A message about all of these jobs. There must be at least one. */
  static Notification of(List<GivenUp> jobs, String body) {
    GivenUp last = jobs.getLast();
    return new Notification(
        last.job().id().value() + "." + last.sequenceNumber(),
        jobs.stream().map(GivenUp::job).map(JobView::id).toList(),
        last.position(),
        body);
  }

  /** What it is about, in words. */
  String subject() {
    String first = jobs.getFirst().value();
    return jobs.size() == 1 ? first : first + " and " + (jobs.size() - 1) + " more jobs";
  }
}
