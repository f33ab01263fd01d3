package refinery.notifications;

import java.util.List;
import refinery.protocol.JobId;
import refinery.protocol.query.JobView;
import refinery.readmodel.NotificationQueries.GivenUp;

/**
 * What is delivered at once.
 *
 * @param delivery the same whenever the same message is delivered again
 * @param jobs it tells of, in the journal's order
 * @param position in the journal that is reached with it
 */
record Notification(String delivery, List<JobId> jobs, long position, String body) {
  Notification {
    jobs = List.copyOf(jobs);
  }

  /** A message of all of these, of which there is at least one. */
  static Notification of(List<GivenUp> jobs, String body) {
    GivenUp last = jobs.getLast();
    return new Notification(
        last.job().id().value() + "." + last.sequenceNumber(),
        jobs.stream().map(GivenUp::job).map(JobView::id).toList(),
        last.position(),
        body);
  }

  /** For people. */
  String subject() {
    String first = jobs.getFirst().value();
    return jobs.size() == 1 ? first : first + " and " + (jobs.size() - 1) + " more jobs";
  }
}
