package refinery.job;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobState;

/**
 * The behaviour of a job. Its state is empty until it is submitted. This class says what is
 * outstanding and who decides on each command: {@link JobOwners}, {@link JobAttempts} or {@link
 * JobOrders}.
 */
public final class JobLogic implements Logic<JobCommand, JobEvent, Optional<Job>, JobEffect> {
  private static final JobCommand WAKE = new JobCommand.Wake();

  private final JobAttempts attempts;

  public JobLogic(RetryPolicy policy) {
    this.attempts = new JobAttempts(policy);
  }

  @Override
  public Optional<Job> empty(String entityId) {
    return Optional.empty();
  }

  @Override
  public Optional<Job> evolve(Optional<Job> state, JobEvent event) {
    return state
        .map(job -> job.evolve(event))
        .or(
            () ->
                event instanceof JobEvent.Submitted submitted
                    ? Optional.of(Job.submitted(submitted))
                    : Optional.empty());
  }

  @Override
  public Decision<JobEvent, JobEffect> decide(
      Optional<Job> state, JobCommand command, Moment moment) {
    return state
        .map(job -> decide(job, command, moment))
        .orElseGet(() -> absent(command, new JobId(moment.entityId()), moment.now()));
  }

  private Decision<JobEvent, JobEffect> decide(Job job, JobCommand command, Moment moment) {
    return switch (command) {
      case JobCommand.Submit submit -> JobOwners.submit(job, submit, moment.now());
      case JobCommand.WantPriority want -> JobOwners.wantPriority(job, want, moment.now());
      case JobCommand.OwnerAcknowledged known -> JobOwners.acknowledged(job, known, moment.now());
      case JobCommand.LetGo letGo ->
          JobOwners.letGo(job, letGo, moment.now())
              .and(new JobEffect.Reply(letGo.replyTo(), new JobReply.Released(job.id())));
      case JobCommand.Start start -> attempts.start(job, start, moment.now());
      case JobCommand.Finish finish -> attempts.finish(job, finish, moment);
      case JobCommand.Lose lose -> attempts.lose(job, lose, moment);
      case JobCommand.Cancel cancel -> JobOrders.cancel(job, cancel, moment.now());
      case JobCommand.Retry retry -> JobOrders.retry(job, retry, moment.now());
      case JobCommand.SetPriority priority -> JobOrders.setPriority(job, priority, moment.now());
      case JobCommand.SetPlaceable placeable ->
          JobOrders.setPlaceable(job, placeable, moment.now());
      case JobCommand.Announced announced -> Decision.settle(announcements(job));
      case JobCommand.Reannounce again -> new Decision<>(List.of(), announcements(job), List.of());
      case JobCommand.Wake wake -> wake(job, moment.now());
      case JobCommand.Inspect inspect ->
          Answers.only(
              inspect.replyTo(),
              new JobReply.State(
                  job.id(), moment.sequenceNumber(), Json.MAPPER.valueToTree(JobViews.view(job))));
    };
  }

  private static Decision<JobEvent, JobEffect> absent(JobCommand command, JobId id, Instant now) {
    return switch (command) {
      case JobCommand.Submit submit -> JobOwners.create(submit, now);
      case JobCommand.LetGo letGo -> JobOwners.neverToRun(id, letGo, now);
      case JobCommand.WantPriority want -> notFound(id, want.replyTo());
      case JobCommand.Start start -> notFound(id, start.replyTo());
      case JobCommand.Finish finish -> notFound(id, finish.replyTo());
      case JobCommand.Lose lose ->
          lose.replyTo().map(to -> notFound(id, to)).orElseGet(Decision::nothing);
      case JobCommand.Cancel cancel -> notFound(id, cancel.replyTo());
      case JobCommand.Retry retry -> notFound(id, retry.replyTo());
      case JobCommand.SetPriority priority -> notFound(id, priority.replyTo());
      case JobCommand.Inspect inspect -> notFound(id, inspect.replyTo());
      case JobCommand.OwnerAcknowledged ignored -> Decision.nothing();
      case JobCommand.SetPlaceable ignored -> Decision.nothing();
      case JobCommand.Announced ignored -> Decision.nothing();
      case JobCommand.Reannounce ignored -> Decision.nothing();
      case JobCommand.Wake ignored -> Decision.nothing();
    };
  }

  private static Decision<JobEvent, JobEffect> notFound(JobId id, ActorRef<JobReply> replyTo) {
    return Answers.only(replyTo, new JobReply.NotFound(id));
  }

  private static Decision<JobEvent, JobEffect> wake(Job job, Instant now) {
    boolean due = job.phase().nextAttemptAt().filter(at -> !at.isAfter(now)).isPresent();
    return due
        ? Decision.persist(
            List.of(new JobEvent.Requeued("its time has come", Optional.empty(), now)))
        : Decision.nothing();
  }

  @Override
  public List<JobEffect> outstanding(Optional<Job> state) {
    return state.map(JobLogic::outstanding).orElseGet(List::of);
  }

  private static List<JobEffect> outstanding(Job job) {
    List<JobEffect> effects = new ArrayList<>(announcements(job));
    Audience audience = job.audience();
    audience
        .status()
        .ifPresent(
            status ->
                audience.uninformed().stream()
                    .map(to -> new JobEffect.Inform(to, job.id(), audience.revision(), status))
                    .forEach(effects::add));
    return effects;
  }

  private static List<JobEffect> announcements(Job job) {
    return job.phase().isInQueue()
        ? List.of(new JobEffect.Announce(JobViews.ticket(job)))
        : List.of();
  }

  @Override
  public Optional<ReadRow> row(Optional<Job> state) {
    return state.map(
        job -> {
          boolean open = job.state() == JobState.WAITING || !job.audience().uninformed().isEmpty();
          return JobViews.row(job, open);
        });
  }

  @Override
  public Optional<Instant> wakeAt(Optional<Job> state) {
    return state.flatMap(job -> job.phase().nextAttemptAt());
  }

  @Override
  public boolean isSettled(Optional<Job> state) {
    return state.map(job -> job.state().isTerminal() && !holdsRawData(job)).orElse(true);
  }

  /**
   * A download whose raw data is still kept stays in memory: its batches will let it go, and it
   * would have to be recovered for that.
   */
  private static boolean holdsRawData(Job job) {
    return job.state() == JobState.SUCCEEDED && job.rawData() == RawData.KEPT;
  }

  @Override
  public JobCommand wake() {
    return WAKE;
  }
}
