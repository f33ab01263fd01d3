package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.entity.Moment;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Usage;

/** Decides how a job's attempts begin and end, and what follows their end. Pure. */
final class JobAttempts {

  /**
   * How many attempts in a row may ask for more than is reserved; the next one counts as a failure.
   */
  private static final int MOST_OUTGROWN = 3;

  /** How many attempts in a row may meet a full volume; the next one counts as a failure. */
  private static final int MOST_CROWDED = 20;

  private final RetryPolicy policy;

  JobAttempts(RetryPolicy policy) {
    this.policy = policy;
  }

  Decision<JobEvent, JobEffect> start(Job job, JobCommand.Start start, Instant now) {
    Optional<GrantedAttempt> same =
        job.phase()
            .running()
            .filter(running -> running.isOf(start.node(), start.epoch(), start.assignment()));
    if (same.isPresent()) {
      return Answers.only(start.replyTo(), granted(job, same.get().number(), start));
    }
    long known = job.latest().map(GrantedAttempt::epoch).orElse(0L);
    if (!job.phase().isInQueue() || start.epoch() < known) {
      String why =
          job.phase() instanceof Phase.Queued
              ? "placed by scheduler epoch " + start.epoch() + ", the job knows " + known
              : "the job is " + job.state().word();
      return Answers.only(start.replyTo(), new JobReply.Refused(job.id(), start.assignment(), why));
    }
    if (job.charges().deaths().atStart() > 0 && !start.alone()) {
      return Answers.only(start.replyTo(), new JobReply.BeginsAlone(job.id(), start.assignment()));
    }
    int number = job.attempt() + 1;
    return Answers.after(
        new JobEvent.Started(number, start.node(), start.epoch(), start.assignment(), now),
        start.replyTo(),
        granted(job, number, start));
  }

  private static JobReply granted(Job job, int number, JobCommand.Start start) {
    return new JobReply.Granted(job.id(), number, start.assignment(), job.spec());
  }

  /**
   * Takes in the end of the current attempt. A repeat of the node's report is accepted as well; any
   * other attempt is stale.
   */
  Decision<JobEvent, JobEffect> finish(Job job, JobCommand.Finish finish, Moment moment) {
    int number = finish.attempt();
    if (job.isCurrent(number)) {
      return Answers.after(
          ended(job, finish, moment),
          finish.replyTo(),
          new JobReply.FinishAccepted(job.id(), number));
    }
    return Answers.only(
        finish.replyTo(),
        job.history().wasReported(number)
            ? new JobReply.FinishAccepted(job.id(), number)
            : new JobReply.Stale(job.id(), number));
  }

  private List<JobEvent> ended(Job job, JobCommand.Finish finish, Moment moment) {
    return switch (finish.outcome()) {
      case Outcome.Succeeded succeeded ->
          List.of(
              new JobEvent.AttemptSucceeded(
                  finish.attempt(),
                  succeeded.result(),
                  succeeded.usage(),
                  succeeded.steps(),
                  moment.now()));
      case Outcome.Failed failed -> failed(job, failed, finish.largestNode(), moment);
      case Outcome.Outgrown outgrown -> outgrown(job, outgrown, finish.largestNode(), moment);
      case Outcome.Crowded crowded -> crowded(job, crowded, finish.largestNode(), moment);
    };
  }

  private List<JobEvent> failed(Job job, Outcome.Failed failed, Resources largest, Moment moment) {
    Failure failure = failed.failure();
    boolean charged = failure.failureClass() != FailureClass.NODE_LOST;
    RetryPolicy.Verdict verdict =
        policy.after(
            failure,
            job.charges().of(failure.failureClass()) + 1,
            job.charges().total() + 1,
            job.demand().resources(),
            largest,
            moment.now(),
            moment.jitter());
    return List.of(
        new JobEvent.AttemptFailed(
            job.attempt(), failure, failed.usage(), failed.steps(), charged, moment.now()),
        following(
            asDeclared(verdict, job, failure.failureClass(), largest),
            failure.message(),
            failure,
            moment.now()));
  }

  /**
   * What was learned too low is not only doubled: the next attempt has at least what is declared,
   * as far as the largest node has it.
   */
  private static RetryPolicy.Verdict asDeclared(
      RetryPolicy.Verdict verdict, Job job, FailureClass failed, Resources largest) {
    Optional<Resources> declared = job.spec().declared();
    if (declared.isEmpty() || !(verdict instanceof RetryPolicy.Verdict.Retry retry)) {
      return verdict;
    }
    Resources next = retry.resources();
    long memory = Math.max(next.memory(), Math.min(declared.get().memory(), largest.memory()));
    long disk = Math.max(next.disk(), Math.min(declared.get().disk(), largest.disk()));
    return switch (failed) {
      case OUT_OF_MEMORY -> new RetryPolicy.Verdict.Retry(retry.at(), next.withMemory(memory));
      case OUT_OF_DISK -> new RetryPolicy.Verdict.Retry(retry.at(), next.withDisk(disk));
      case TRANSIENT, CORRUPT, ABSENT, STALLED, NODE_LOST, PERMANENT -> verdict;
    };
  }

  private static JobEvent following(
      RetryPolicy.Verdict verdict, String reason, Failure last, Instant now) {
    return switch (verdict) {
      case RetryPolicy.Verdict.Requeue requeue ->
          new JobEvent.Requeued(reason, Optional.empty(), now);
      case RetryPolicy.Verdict.Retry retry ->
          new JobEvent.RetryScheduled(
              retry.at().isAfter(now) ? retry.at() : now, retry.resources(), now);
      case RetryPolicy.Verdict.GiveUp giveUp -> new JobEvent.GivenUp(last, now);
    };
  }

  /**
   * The job is queued with the larger demand. It is a failure instead when the demand did not grow,
   * or grew too often.
   */
  private List<JobEvent> outgrown(
      Job job, Outcome.Outgrown outgrown, Resources largest, Moment moment) {
    Resources had = job.demand().resources();
    boolean moreMemory = outgrown.memory() > had.memory();
    boolean more = moreMemory || outgrown.disk() > had.disk();
    if (!more || job.charges().outgrown() >= MOST_OUTGROWN) {
      FailureClass kind = moreMemory ? FailureClass.OUT_OF_MEMORY : FailureClass.OUT_OF_DISK;
      Failure failure = Failure.of(kind, outgrown.reason());
      Outcome.Failed failed = new Outcome.Failed(failure, outgrown.usage(), outgrown.steps());
      return failed(job, failed, largest, moment);
    }
    Resources larger =
        had.withDisk(Math.max(had.disk(), outgrown.disk()))
            .withMemory(Math.max(had.memory(), outgrown.memory()));
    return List.of(
        new JobEvent.AttemptDeferred(job.attempt(), outgrown.reason(), false, moment.now()),
        new JobEvent.RetryScheduled(moment.now(), larger, moment.now()));
  }

  /** The job waits for space, with growing pauses, and keeps its demand. */
  private List<JobEvent> crowded(
      Job job, Outcome.Crowded crowded, Resources largest, Moment moment) {
    int before = job.charges().crowded();
    if (before >= MOST_CROWDED) {
      Outcome.Failed failed =
          new Outcome.Failed(crowded.failure(), crowded.usage(), crowded.steps());
      return failed(job, failed, largest, moment);
    }
    Instant at = moment.now().plus(policy.backoff(before + 1, moment.jitter()));
    return List.of(
        new JobEvent.AttemptDeferred(
            job.attempt(), crowded.failure().message(), true, moment.now()),
        new JobEvent.RetryScheduled(at, job.demand().resources(), moment.now()));
  }

  Decision<JobEvent, JobEffect> lose(Job job, JobCommand.Lose lose, Moment moment) {
    Decision<JobEvent, JobEffect> decision =
        job.phase()
            .running()
            .filter(attempt -> isMeant(attempt, lose))
            .map(attempt -> Decision.<JobEvent, JobEffect>persist(lost(job, lose, moment)))
            .orElseGet(Decision::nothing);
    return lose.replyTo()
        .map(to -> decision.and(new JobEffect.Reply(to, new JobReply.Lost(job.id()))))
        .orElse(decision);
  }

  private static boolean isMeant(GrantedAttempt attempt, JobCommand.Lose lose) {
    return attempt.node().equals(lose.node())
        && (lose.attempt() == JobCommand.Lose.ANY_ATTEMPT || lose.attempt() == attempt.number());
  }

  private List<JobEvent> lost(Job job, JobCommand.Lose lose, Moment moment) {
    return switch (lose.cause()) {
      case MOVED ->
          List.of(
              attemptLost(job, lose.reason(), false, moment.now()),
              new JobEvent.Requeued(lose.reason(), Optional.empty(), moment.now()));
      case NODE_ENDED -> nodeEnded(job, lose, false, moment);
      case NODE_ENDED_AT_START -> nodeEnded(job, lose, true, moment);
    };
  }

  private List<JobEvent> nodeEnded(Job job, JobCommand.Lose lose, boolean atStart, Moment moment) {
    NodeDeaths deaths = job.charges().deaths().plus(lose.node(), atStart);
    RetryPolicy.Verdict verdict =
        policy.afterNodeEnded(deaths, job.demand().resources(), moment.now(), moment.jitter());
    Failure last = Failure.of(FailureClass.NODE_LOST, deaths.words());
    return List.of(
        new JobEvent.NodeEnded(job.attempt(), lose.node(), atStart, moment.now()),
        attemptLost(job, lose.reason(), atStart, moment.now()),
        following(verdict, lose.reason(), last, moment.now()));
  }

  private static JobEvent attemptLost(Job job, String reason, boolean charged, Instant now) {
    return new JobEvent.AttemptFailed(
        job.attempt(),
        Failure.of(FailureClass.NODE_LOST, reason),
        Usage.NONE,
        List.<StepRecord>of(),
        charged,
        now);
  }
}
