package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.JobStatus;

/**
 * A job's whole truth, as its events made it. {@code queued -> running -> succeeded | waiting ->
 * queued ... | failed | cancelled}; terminal states are left only by a person's retry. Each part
 * knows its own concern and nothing of the others; which events concern which parts is said here.
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
        Demand.of(spec, event.at()),
        new Phase.Queued(),
        Charges.NONE,
        History.NONE,
        Audience.of(spec),
        RawData.of(spec.kind()));
  }

  public JobId id() {
    return spec.id();
  }

  public JobState state() {
    return phase.state();
  }

  /** The attempt that was started last. */
  Optional<Attempt> latest() {
    return phase.running().or(() -> history.last().map(Attempt.Ended::attempt));
  }

  /** Number of the attempt that was started last; 0 before the first. */
  public int attempt() {
    return latest().map(Attempt::number).orElse(0);
  }

  boolean isCurrent(int number) {
    return phase.running().filter(attempt -> attempt.number() == number).isPresent();
  }

  /** The batches that it ever worked for. */
  public List<BatchId> owners() {
    return audience.owners();
  }

  public boolean rawDataDiscarded() {
    return rawData == RawData.DISCARDED;
  }

  /** The state after an event that was persisted. */
  Job evolve(JobEvent event) {
    return switch (event) {
      case JobEvent.Submitted submitted -> this;
      case JobEvent.OwnersJoined joined ->
          with(audience.joined(joined.batchIds()))
              .with(demand.wantedBy(joined.batchIds(), joined.priority()));
      case JobEvent.Started started -> started(started);
      case JobEvent.AttemptSucceeded succeeded -> succeeded(succeeded);
      case JobEvent.AttemptFailed failed -> failed(failed);
      case JobEvent.NodeEnded ended -> with(charges.nodeEnded(ended.node(), ended.atStart()));
      case JobEvent.AttemptDeferred deferred ->
          attemptEnded(new AttemptEnd.Deferred(deferred.at(), deferred.reason()))
              .with(charges.deferred());
      case JobEvent.RetryScheduled retry ->
          with(new Phase.Waiting(retry.retryAt(), history.reasonToWait(retry.retryAt())))
              .with(demand.withResources(retry.resources()));
      case JobEvent.Requeued requeued -> queued(requeued.at());
      case JobEvent.BecameUnplaceable unplaceable ->
          with(new Phase.Unplaceable(unplaceable.reason()));
      case JobEvent.GivenUp givenUp ->
          with(new Phase.Failed(givenUp.at()))
              .with(history.withFailure(givenUp.failure()))
              .with(audience.told(new JobStatus.Failed(givenUp.failure())));
      case JobEvent.Cancelled cancelled ->
          attemptEnded(new AttemptEnd.Cancelled(cancelled.at(), cancelled.reason()))
              .with(new Phase.Cancelled(cancelled.at(), cancelled.reason()))
              .with(audience.told(new JobStatus.Cancelled(cancelled.reason())));
      case JobEvent.RetriedByHand retried -> afresh(retried.at());
      case JobEvent.PriorityChanged changed -> with(demand.withPriority(changed.priority()));
      case JobEvent.PriorityWanted want ->
          with(demand.wantedBy(List.of(want.owner()), want.priority()));
      case JobEvent.OwnerInformed known -> with(audience.informed(known.owner(), known.revision()));
      case JobEvent.RawDataReleased by ->
          with(audience.released(by.batch())).with(demand.noLongerWantedBy(by.batch()));
      case JobEvent.RawDataDiscarded discarded -> with(RawData.DISCARDED);
    };
  }

  private Job started(JobEvent.Started event) {
    Attempt attempt =
        new Attempt(event.attempt(), event.node(), event.epoch(), event.assignment(), event.at());
    return with(new Phase.Running(attempt)).with(history.continued());
  }

  private Job succeeded(JobEvent.AttemptSucceeded event) {
    Job over = attemptEnded(new AttemptEnd.Succeeded(event.at(), event.usage()));
    return over.with(over.history.withSteps(event.steps()))
        .with(new Phase.Succeeded(event.at(), event.result()))
        .with(audience.told(new JobStatus.Succeeded(event.result())));
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

  private Job afresh(Instant at) {
    return with(new Phase.Queued())
        .with(demand.withResources(spec.resources()).queued(at))
        .with(Charges.NONE)
        .with(history.withoutFailure())
        .with(audience.told(new JobStatus.Active()));
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
