package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;

/**
 * The whole state of a job, made from its events. {@code queued -> running -> succeeded | waiting
 * -> queued ... | failed | cancelled}. Failed and cancelled are left only by a retry, succeeded
 * never. Each part handles one concern and does not know the others; {@link #evolve} says which
 * event changes which parts. Immutable.
 */
public record Job(
    JobSpec spec,
    Demand demand,
    Phase phase,
    Charges charges,
    History history,
    Audience audience,
    RawData rawData) {

  static Job submitted(JobEvent.Submitted event) {
    JobSpec spec = event.spec();
    return new Job(
        spec,
        Demand.of(spec, event.number(), event.at()),
        new Phase.Queued(),
        Charges.NONE,
        History.NONE.by(event.actor()),
        Audience.of(spec),
        RawData.of(spec.kind()));
  }

  public JobId id() {
    return spec.id();
  }

  public JobState state() {
    return phase.state();
  }

  /** The attempt that began last, running or ended. */
  Optional<GrantedAttempt> latest() {
    return phase.running().or(() -> history.last().map(GrantedAttempt.Ended::attempt));
  }

  /** The number of the attempt that began last; 0 before the first. */
  public int attempt() {
    return latest().map(GrantedAttempt::number).orElse(0);
  }

  /** True when this attempt runs now. */
  boolean isCurrent(int number) {
    return phase.running().filter(attempt -> attempt.number() == number).isPresent();
  }

  /** All batches that ever wanted the job. */
  public List<BatchId> owners() {
    return audience.owners();
  }

  public boolean rawDataDiscarded() {
    return rawData == RawData.DISCARDED;
  }

  /** The state after this event. Never throws: it is called when events are replayed. */
  Job evolve(JobEvent event) {
    return switch (event) {
      case JobEvent.Submitted submitted -> this;
      case JobEvent.OwnersJoined joined ->
          with(audience.joined(joined.batchIds()))
              .with(
                  demand.wantedBy(
                      joined.batchIds().stream().map(BatchId::value).toList(),
                      new Urgency(joined.priority(), joined.number())));
      case JobEvent.Started started -> started(started);
      case JobEvent.AttemptSucceeded succeeded -> succeeded(succeeded);
      case JobEvent.AttemptFailed failed -> failed(failed);
      case JobEvent.NodeEnded ended -> with(charges.nodeEnded(ended.node(), ended.atStart()));
      case JobEvent.AttemptDeferred deferred ->
          attemptEnded(new AttemptEnd.Deferred(deferred.at(), deferred.reason()))
              .with(charges.deferred(deferred.crowded()));
      case JobEvent.RetryScheduled retry ->
          with(new Phase.Waiting(retry.retryAt(), history.reasonToWait(retry.retryAt())))
              .with(demand.withResources(retry.resources()));
      case JobEvent.Requeued requeued -> queued(requeued.at());
      case JobEvent.BecameUnplaceable unplaceable ->
          with(new Phase.Unplaceable(unplaceable.reason()));
      case JobEvent.GivenUp givenUp ->
          with(new Phase.Failed(givenUp.at()))
              .with(history.withFailure(givenUp.failure()).by(Optional.empty()))
              .with(audience.told(new JobStatus.Failed(givenUp.failure())));
      case JobEvent.Cancelled cancelled -> cancelled(cancelled);
      case JobEvent.RetriedByHand retried ->
          afresh(retried.owner(), retried.at()).by(retried.actor());
      case JobEvent.PriorityChanged changed -> with(demand.withPriority(changed.priority()));
      case JobEvent.PriorityWanted want ->
          with(demand.wantedBy(List.of(want.owner()), new Urgency(want.priority(), want.number())));
      case JobEvent.OwnerInformed known -> with(audience.informed(known.owner(), known.revision()));
      case JobEvent.RawDataReleased by ->
          with(audience.released(by.batch())).with(demand.noLongerWantedBy(by.batch().value()));
      case JobEvent.RawDataDiscarded discarded -> with(RawData.DISCARDED);
    };
  }

  private Job started(JobEvent.Started event) {
    GrantedAttempt attempt =
        new GrantedAttempt(
            event.attempt(), event.node(), event.epoch(), event.assignment(), event.at());
    return with(new Phase.Running(attempt)).with(history.continued());
  }

  private Job succeeded(JobEvent.AttemptSucceeded event) {
    Job over = attemptEnded(new AttemptEnd.Succeeded(event.at(), event.usage()));
    return over.with(over.history.withSteps(event.steps()).by(Optional.empty()))
        .with(new Phase.Succeeded(event.at(), event.result()))
        .with(audience.told(new JobStatus.Succeeded(event.result())));
  }

  private Job cancelled(JobEvent.Cancelled event) {
    return attemptEnded(new AttemptEnd.Cancelled(event.at(), event.reason()))
        .with(new Phase.Cancelled(event.at(), event.reason()))
        .by(event.actor())
        .with(audience.told(new JobStatus.Cancelled(event.reason())));
  }

  private Job failed(JobEvent.AttemptFailed event) {
    Job over = attemptEnded(AttemptEnd.failed(event.at(), event.failure(), event.usage()));
    return over.with(over.history.withSteps(event.steps()).withFailure(event.failure()))
        .with(charges.failed(event.failure(), event.charged()));
  }

  private Job attemptEnded(AttemptEnd end) {
    return phase
        .running()
        .map(attempt -> with(history.and(attempt.ended(end))).with(new Phase.AttemptOver()))
        .orElse(this);
  }

  private Job queued(Instant at) {
    return with(new Phase.Queued()).with(demand.queued(at));
  }

  private Job afresh(Optional<BatchId> owner, Instant at) {
    return with(new Phase.Queued())
        .with(demand.withResources(spec.resources()).queued(at))
        .with(Charges.NONE)
        .with(history.withoutFailure())
        .with(audience.told(new JobStatus.Active(owner)));
  }

  private Job by(Optional<Actor> who) {
    return with(history.by(who));
  }

  private Job with(Demand next) {
    return new Job(spec, next, phase, charges, history, audience, rawData);
  }

  private Job with(Phase next) {
    return new Job(spec, demand, next, charges, history, audience, rawData);
  }

  private Job with(Charges next) {
    return new Job(spec, demand, phase, next, history, audience, rawData);
  }

  private Job with(History next) {
    return new Job(spec, demand, phase, charges, next, audience, rawData);
  }

  private Job with(Audience next) {
    return new Job(spec, demand, phase, charges, history, next, rawData);
  }

  private Job with(RawData next) {
    return new Job(spec, demand, phase, charges, history, audience, next);
  }
}
