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
import refinery.protocol.job.Work;

/** What a job does for those that it works for: they join, want, are told, and let go. */
final class JobOwners {
  private static final String NOT_NEEDED = "no batch needs it any more";

  private JobOwners() {}

  /** Of a job that does not exist. */
  static Decision<JobEvent, JobEffect> create(JobCommand.Submit submit, Instant now) {
    JobSpec spec = submit.spec();
    return Answers.after(
        new JobEvent.Submitted(spec, now),
        submit.replyTo(),
        new JobReply.Accepted(spec.id(), spec.priority()));
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
          submit.replyTo(), new JobReply.Accepted(job.id(), job.demand().priorityFor(asking)));
    }
    if (job.state() == JobState.FAILED || job.state() == JobState.CANCELLED) {
      return Answers.only(submit.replyTo(), new JobReply.RawDataGone(job.id()));
    }
    return Answers.after(
        new JobEvent.OwnersJoined(added, asked.priority(), now),
        submit.replyTo(),
        new JobReply.Accepted(job.id(), asked.priority()));
  }

  /** Nobody is given other raw data than was asked for: that is for another generation. */
  private static boolean bringsTheSame(Work known, Work asked) {
    return !(known instanceof Work.Download here && asked instanceof Work.Download there)
        || SourceFile.sameContent(here.files(), there.files());
  }

  /** A person's job says no more than what it was posted with; ids of others are derived. */
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
    JobReply done = new JobReply.PrioritySet(job.id(), want.priority());
    boolean news =
        job.audience().isOwner(want.owner())
            && job.state() != JobState.SUCCEEDED
            && !job.demand().isWantedBy(want.owner(), want.priority());
    return news
        ? Answers.after(
            new JobEvent.PriorityWanted(want.owner(), want.priority(), now), want.replyTo(), done)
        : Answers.only(want.replyTo(), done);
  }

  static Decision<JobEvent, JobEffect> acknowledged(
      Job job, JobCommand.OwnerAcknowledged known, Instant now) {
    return job.audience().isNews(known.owner(), known.revision())
        ? Decision.persist(
            List.of(new JobEvent.OwnerInformed(known.owner(), known.revision(), now)))
        : Decision.nothing();
  }

  /**
   * A batch needs nothing of this job any more; the last one ends it and frees its raw data. Noted
   * of one that is no owner, too: its submission may still be on the way.
   */
  static Decision<JobEvent, JobEffect> letGo(Job job, BatchId batch, Instant now) {
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
      events.add(new JobEvent.Cancelled(NOT_NEEDED, now));
      effects.add(JobOrders.halt(job, NOT_NEEDED));
    }
    if (job.spec().kind() == JobKind.DOWNLOAD) {
      events.add(new JobEvent.RawDataDiscarded(Optional.empty(), now));
    }
    return new Decision<>(events, effects, List.of());
  }

  /**
   * Of a job that does not exist: made and ended at once, so that a submission that comes later is
   * answered as by what ended.
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
    JobEvent.Submitted submitted = new JobEvent.Submitted(spec, now);
    List<JobEvent> events = new ArrayList<>(List.of(submitted));
    events.addAll(letGo(Job.submitted(submitted), letGo.owner(), now).events());
    return Answers.after(events, letGo.replyTo(), new JobReply.Released(id));
  }
}
