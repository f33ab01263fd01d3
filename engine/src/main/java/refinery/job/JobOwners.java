package refinery.job;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Urgency;
import refinery.protocol.job.Work;

/**
 * Decides on what the owners of a job say: they join, want a priority, acknowledge, and let go.
 * Pure.
 */
final class JobOwners {
  private static final String NOT_NEEDED = "no batch needs it any more";

  private JobOwners() {}

  /** The first submission of a job. */
  static Decision<JobEvent, JobEffect> create(JobCommand.Submit submit, Instant now) {
    JobSpec spec = submit.spec();
    return Answers.after(
        new JobEvent.Submitted(spec, submit.number(), submit.actor(), now),
        submit.replyTo(),
        new JobReply.Accepted(spec.id(), urgency(submit), false));
  }

  static Decision<JobEvent, JobEffect> submit(Job job, JobCommand.Submit submit, Instant now) {
    JobSpec asked = submit.spec();
    List<BatchId> asking = asked.batchIds();
    if (job.rawDataDiscarded() || !bringsTheSame(job.spec().work(), asked.work())) {
      return Answers.only(submit.replyTo(), new JobReply.RawDataGone(job.id()));
    }
    if (isAnother(job.spec(), asked)) {
      return Answers.only(
          submit.replyTo(), new JobReply.Rejected(job.id(), "this id belongs to another job"));
    }
    if (asking.stream().anyMatch(job.audience()::hasReleased)) {
      return Answers.only(submit.replyTo(), new JobReply.RawDataGone(job.id()));
    }
    List<BatchId> added = asking.stream().filter(id -> !job.owners().contains(id)).toList();
    if (added.isEmpty()) {
      return Answers.only(
          submit.replyTo(),
          new JobReply.Accepted(
              job.id(), job.demand().known(Audience.of(asked).listeners()), true));
    }
    if (job.state() == JobState.FAILED || job.state() == JobState.CANCELLED) {
      return Answers.only(submit.replyTo(), new JobReply.RawDataGone(job.id()));
    }
    return Answers.after(
        new JobEvent.OwnersJoined(added, asked.priority(), submit.number(), now),
        submit.replyTo(),
        new JobReply.Accepted(job.id(), urgency(submit), true));
  }

  private static Urgency urgency(JobCommand.Submit submit) {
    return new Urgency(submit.spec().priority(), submit.number());
  }

  /**
   * False when a download is asked for other files than it fetches. The batch must then submit
   * another generation.
   */
  private static boolean bringsTheSame(Work known, Work asked) {
    return !(known instanceof Work.Download here && asked instanceof Work.Download there)
        || SourceFile.sameContent(here.files(), there.files());
  }

  /**
   * True when a job that a person posted under this id differs from what is posted now. Only ids
   * that people choose can clash; other ids are derived from what the job is for.
   */
  private static boolean isAnother(JobSpec known, JobSpec posted) {
    boolean ofAPerson = known.batchIds().isEmpty() && known.surveyId().isEmpty();
    return ofAPerson
        && !(known.kind() == posted.kind()
            && known.pipeline().equals(posted.pipeline())
            && known.priority() == posted.priority()
            && known.resources().equals(posted.resources())
            && known.work().equals(posted.work()));
  }

  static Decision<JobEvent, JobEffect> wantPriority(
      Job job, JobCommand.WantPriority want, Instant now) {
    Urgency said = want.urgency();
    if (!job.demand().isNews(want.owner(), said)) {
      Urgency known = job.demand().known(List.of(want.owner()));
      return Answers.only(want.replyTo(), new JobReply.PriorityKept(job.id(), known));
    }
    JobReply kept = new JobReply.PriorityKept(job.id(), said);
    boolean matters = job.audience().isOwner(want.owner()) && job.state() != JobState.SUCCEEDED;
    return matters
        ? Answers.after(
            new JobEvent.PriorityWanted(
                want.owner(), said.priority(), said.number(), want.actor(), now),
            want.replyTo(),
            kept)
        : Answers.only(want.replyTo(), kept);
  }

  static Decision<JobEvent, JobEffect> acknowledged(
      Job job, JobCommand.OwnerAcknowledged known, Instant now) {
    return job.audience().isNews(known.owner(), known.revision())
        ? Decision.persist(
            List.of(new JobEvent.OwnerInformed(known.owner(), known.revision(), now)))
        : Decision.nothing();
  }

  /**
   * A batch needs nothing of this job any more. The last owner ends it and discards its raw data.
   * Recorded of a batch that is no owner as well, because its submission may still arrive.
   */
  static Decision<JobEvent, JobEffect> letGo(Job job, JobCommand.LetGo letGo, Instant now) {
    BatchId batch = letGo.owner();
    if (job.audience().hasReleased(batch)) {
      return Decision.nothing();
    }
    List<JobEvent> events = new ArrayList<>();
    events.add(new JobEvent.RawDataReleased(batch, now));
    if (!job.audience().isLast(batch)) {
      return Decision.persist(events);
    }
    List<JobEffect> effects = new ArrayList<>();
    if (!job.state().isTerminal()) {
      events.add(new JobEvent.Cancelled(NOT_NEEDED, letGo.actor(), now));
      effects.add(JobOrders.halt(job, NOT_NEEDED));
    }
    if (job.spec().kind() == JobKind.DOWNLOAD) {
      events.add(new JobEvent.RawDataDiscarded(Optional.empty(), now));
    }
    return new Decision<>(events, effects, List.of());
  }

  /**
   * A batch lets go of a job that does not exist. The job is made and ended at once, so that a
   * submission that arrives later does not start it.
   */
  static Decision<JobEvent, JobEffect> neverToRun(JobId id, JobCommand.LetGo letGo, Instant now) {
    Work work =
        letGo.kind() == JobKind.DOWNLOAD
            ? new Work.Download("", "", List.of(), Map.of())
            : new Work.Process("", List.of(), List.of(), Map.of(), Map.of(), List.of());
    JobSpec spec =
        new JobSpec(
            id,
            letGo.kind(),
            Optional.empty(),
            List.of(letGo.owner()),
            "",
            0,
            0,
            Resources.of(0, 0, 0),
            work,
            now);
    JobEvent.Submitted submitted = new JobEvent.Submitted(spec, 0, letGo.actor(), now);
    List<JobEvent> events = new ArrayList<>(List.of(submitted));
    events.addAll(letGo(Job.submitted(submitted), letGo, now).events());
    return Answers.after(events, letGo.replyTo(), new JobReply.Released(id));
  }
}
