package refinery.job;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;

/** What a job does with a command. State is empty until it was submitted. */
public final class JobLogic implements Logic<JobCommand, JobEvent, Optional<Job>, JobEffect> {
  private static final JobCommand WAKE = new JobCommand.Wake();
  private static final Duration FIRST_DEFERRAL = Duration.ofSeconds(5);
  private static final Duration LAST_DEFERRAL = Duration.ofMinutes(5);

  /** How often in a row an attempt may say that it needs more than is reserved. */
  private static final int MOST_OUTGROWN = 3;

  private final RetryPolicy policy;

  public JobLogic(RetryPolicy policy) {
    this.policy = policy;
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
    if (state.isEmpty()) {
      return absent(command, moment);
    }
    Job job = state.get();
    return switch (command) {
      case JobCommand.Submit submit -> submit(job, submit, moment);
      case JobCommand.Start start -> start(job, start, moment);
      case JobCommand.Finish finish -> finish(job, finish, moment);
      case JobCommand.Lose lose -> lose(job, lose, moment);
      case JobCommand.SetPlaceable placeable -> setPlaceable(job, placeable, moment);
      case JobCommand.Announced announced ->
          Decision.settle(
              outstanding(state).stream().filter(x -> x instanceof JobEffect.Announce).toList());
      case JobCommand.Reannounce again ->
          outstanding(state).stream()
              .filter(x -> x instanceof JobEffect.Announce)
              .findFirst()
              .map(Decision::<JobEvent, JobEffect>effect)
              .orElseGet(Decision::nothing);
      case JobCommand.OwnerAcknowledged known -> acknowledged(job, known, moment);
      case JobCommand.Cancel cancel -> cancel(job, cancel, moment);
      case JobCommand.LetGo letGo ->
          letGo(job, letGo.owner(), moment)
              .and(new JobEffect.Reply(letGo.replyTo(), new JobReply.Released(job.id())));
      case JobCommand.WantPriority want -> wantPriority(job, want, moment);
      case JobCommand.Retry retry -> retry(job, retry, moment);
      case JobCommand.SetPriority priority -> setPriority(job, priority, moment);
      case JobCommand.Wake wake -> wake(job, moment);
      case JobCommand.Inspect inspect ->
          Decision.effect(
              new JobEffect.Reply(
                  inspect.replyTo(),
                  new JobReply.State(
                      job.id(),
                      moment.sequenceNumber(),
                      refinery.protocol.Json.MAPPER.valueToTree(JobViews.view(job)))));
    };
  }

  private static Decision<JobEvent, JobEffect> absent(JobCommand command, Moment moment) {
    JobId id = new JobId(moment.entityId());
    return switch (command) {
      case JobCommand.Submit submit ->
          Decision.<JobEvent, JobEffect>persist(
                  List.of(new JobEvent.Submitted(submit.spec(), moment.now())))
              .and(
                  new JobEffect.Reply(
                      submit.replyTo(),
                      new JobReply.Accepted(submit.spec().id(), submit.spec().priority())));
      case JobCommand.Start start -> notFound(id, start.replyTo());
      case JobCommand.Finish finish -> notFound(id, finish.replyTo());
      case JobCommand.Lose lose ->
          lose.replyTo().map(to -> notFound(id, to)).orElseGet(Decision::nothing);
      case JobCommand.Cancel cancel -> notFound(id, cancel.replyTo());
      case JobCommand.LetGo letGo ->
          Decision.<JobEvent, JobEffect>persist(neverToRun(id, letGo, moment))
              .and(new JobEffect.Reply(letGo.replyTo(), new JobReply.Released(id)));
      case JobCommand.WantPriority want -> notFound(id, want.replyTo());
      case JobCommand.Retry retry -> notFound(id, retry.replyTo());
      case JobCommand.SetPriority priority -> notFound(id, priority.replyTo());
      case JobCommand.Inspect inspect -> notFound(id, inspect.replyTo());
      case JobCommand.SetPlaceable ignored -> Decision.nothing();
      case JobCommand.Announced ignored -> Decision.nothing();
      case JobCommand.Reannounce ignored -> Decision.nothing();
      case JobCommand.OwnerAcknowledged ignored -> Decision.nothing();
      case JobCommand.Wake ignored -> Decision.nothing();
    };
  }

  /** Made and ended at once, so that a submission that comes later is answered as by what ended. */
  private static List<JobEvent> neverToRun(JobId id, JobCommand.LetGo letGo, Moment moment) {
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
            moment.now());
    JobEvent.Submitted submitted = new JobEvent.Submitted(spec, moment.now());
    List<JobEvent> events = new ArrayList<>(List.of(submitted));
    events.addAll(letGo(Job.submitted(submitted), letGo.owner(), moment).events());
    return events;
  }

  private static Decision<JobEvent, JobEffect> notFound(
      JobId id, akka.actor.typed.ActorRef<JobReply> replyTo) {
    return Decision.effect(new JobEffect.Reply(replyTo, new JobReply.NotFound(id)));
  }

  private static Decision<JobEvent, JobEffect> reply(
      akka.actor.typed.ActorRef<JobReply> to, JobReply reply) {
    return Decision.effect(new JobEffect.Reply(to, reply));
  }

  private static Decision<JobEvent, JobEffect> submit(
      Job job, JobCommand.Submit submit, Moment moment) {
    JobSpec asked = submit.spec();
    JobReply accepted = new JobReply.Accepted(job.id(), job.priorityFor(asked.batchIds()));
    if (job.rawDataDiscarded() || !bringsTheSame(job.spec().work(), asked.work())) {
      return reply(submit.replyTo(), new JobReply.RawDataGone(job.id()));
    }
    if (isAnother(job.spec(), submit.spec())) {
      return reply(
          submit.replyTo(), new JobReply.Rejected(job.id(), "this id belongs to another job"));
    }
    if (asked.batchIds().stream().anyMatch(job.released()::contains)) {
      return reply(submit.replyTo(), new JobReply.RawDataGone(job.id()));
    }
    List<BatchId> added =
        submit.spec().batchIds().stream().filter(id -> !job.owners().contains(id)).toList();
    if (added.isEmpty()) {
      return reply(submit.replyTo(), accepted);
    }
    if (job.state() == JobState.FAILED || job.state() == JobState.CANCELLED) {
      return reply(submit.replyTo(), new JobReply.RawDataGone(job.id()));
    }
    return Decision.<JobEvent, JobEffect>persist(
            List.of(new JobEvent.OwnersJoined(added, asked.priority(), moment.now())))
        .and(
            new JobEffect.Reply(
                submit.replyTo(), new JobReply.Accepted(job.id(), asked.priority())));
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

  private static Decision<JobEvent, JobEffect> start(
      Job job, JobCommand.Start start, Moment moment) {
    boolean again =
        job.state() == JobState.RUNNING
            && job.epoch() == start.epoch()
            && job.assignment() == start.assignment()
            && job.node().equals(Optional.of(start.node()));
    if (again) {
      return reply(
          start.replyTo(),
          new JobReply.Granted(job.id(), job.attempt(), start.assignment(), job.spec()));
    }
    boolean startable =
        (job.state() == JobState.QUEUED || job.state() == JobState.UNPLACEABLE)
            && start.epoch() >= job.epoch();
    if (!startable) {
      String why =
          job.state() == JobState.QUEUED
              ? "placed by scheduler epoch " + start.epoch() + ", the job knows " + job.epoch()
              : "the job is " + job.state().word();
      return reply(start.replyTo(), new JobReply.Refused(job.id(), start.assignment(), why));
    }
    int attempt = job.attempt() + 1;
    return Decision.<JobEvent, JobEffect>persist(
            List.of(
                new JobEvent.Started(
                    attempt, start.node(), start.epoch(), start.assignment(), moment.now())))
        .and(
            new JobEffect.Reply(
                start.replyTo(),
                new JobReply.Granted(job.id(), attempt, start.assignment(), job.spec())));
  }

  private Decision<JobEvent, JobEffect> finish(Job job, JobCommand.Finish finish, Moment moment) {
    if (!job.isCurrent(finish.attempt())) {
      return reply(
          finish.replyTo(),
          wasAccepted(job, finish.attempt())
              ? new JobReply.FinishAccepted(job.id(), finish.attempt())
              : new JobReply.Stale(job.id(), finish.attempt()));
    }
    List<JobEvent> events =
        switch (finish.outcome()) {
          case Outcome.Succeeded succeeded ->
              List.of(
                  new JobEvent.AttemptSucceeded(
                      finish.attempt(),
                      succeeded.result(),
                      succeeded.usage(),
                      succeeded.steps(),
                      moment.now()));
          case Outcome.Failed failed -> failed(job, failed, finish.largestNode(), moment);
          case Outcome.Deferred deferred -> deferred(job, deferred, moment);
          case Outcome.Outgrown outgrown -> outgrown(job, outgrown, finish.largestNode(), moment);
        };
    return Decision.<JobEvent, JobEffect>persist(events)
        .and(
            new JobEffect.Reply(
                finish.replyTo(), new JobReply.FinishAccepted(job.id(), finish.attempt())));
  }

  /** A repeated report of an attempt whose end is known is accepted, unless it was lost. */
  private static boolean wasAccepted(Job job, int attempt) {
    return job.attempts().stream()
        .anyMatch(
            view ->
                view.number() == attempt
                    && view.finishedAt().isPresent()
                    && !view.outcome().equals(FailureClass.NODE_LOST.word())
                    && !view.outcome().equals("cancelled"));
  }

  private List<JobEvent> failed(Job job, Outcome.Failed failed, Resources largest, Moment moment) {
    Failure failure = failed.failure();
    boolean charged = failure.failureClass() != FailureClass.NODE_LOST;
    List<JobEvent> events = new ArrayList<>();
    events.add(
        new JobEvent.AttemptFailed(
            job.attempt(), failure, failed.usage(), failed.steps(), charged, moment.now()));
    RetryPolicy.Verdict verdict =
        policy.after(
            failure,
            job.charged().getOrDefault(failure.failureClass(), 0) + 1,
            job.chargedTotal() + 1,
            job.resources(),
            largest,
            moment.now(),
            moment.jitter());
    events.add(
        switch (verdict) {
          case RetryPolicy.Verdict.Requeue requeue ->
              new JobEvent.Requeued(failure.message(), moment.now());
          case RetryPolicy.Verdict.Retry retry when retry.at().isAfter(moment.now()) ->
              new JobEvent.RetryScheduled(retry.at(), retry.resources(), moment.now());
          case RetryPolicy.Verdict.Retry retry ->
              new JobEvent.RetryScheduled(moment.now(), retry.resources(), moment.now());
          case RetryPolicy.Verdict.GiveUp giveUp -> new JobEvent.GivenUp(failure, moment.now());
        });
    return events;
  }

  /** Into the queue with the larger demand; a demand that grows again and again is a failure. */
  private List<JobEvent> outgrown(
      Job job, Outcome.Outgrown outgrown, Resources largest, Moment moment) {
    boolean moreMemory = outgrown.memory() > job.resources().memory();
    boolean more = moreMemory || outgrown.disk() > job.resources().disk();
    if (!more || job.deferrals() >= MOST_OUTGROWN) {
      FailureClass kind = moreMemory ? FailureClass.OUT_OF_MEMORY : FailureClass.OUT_OF_DISK;
      Failure failure = Failure.of(kind, outgrown.reason());
      Outcome.Failed failed = new Outcome.Failed(failure, outgrown.usage(), outgrown.steps());
      return failed(job, failed, largest, moment);
    }
    Resources larger =
        job.resources()
            .withDisk(Math.max(job.resources().disk(), outgrown.disk()))
            .withMemory(Math.max(job.resources().memory(), outgrown.memory()));
    return List.of(
        new JobEvent.AttemptDeferred(job.attempt(), outgrown.reason(), moment.now()),
        new JobEvent.RetryScheduled(moment.now(), larger, moment.now()));
  }

  private static List<JobEvent> deferred(Job job, Outcome.Deferred deferred, Moment moment) {
    long factor = 1L << Math.min(10, job.deferrals());
    Duration grown = FIRST_DEFERRAL.multipliedBy(factor);
    Duration delay = grown.compareTo(LAST_DEFERRAL) > 0 ? LAST_DEFERRAL : grown;
    Duration least = deferred.delay().compareTo(delay) > 0 ? deferred.delay() : delay;
    return List.of(
        new JobEvent.AttemptDeferred(job.attempt(), deferred.reason(), moment.now()),
        new JobEvent.RetryScheduled(moment.now().plus(least), job.resources(), moment.now()));
  }

  private Decision<JobEvent, JobEffect> lose(Job job, JobCommand.Lose lose, Moment moment) {
    Decision<JobEvent, JobEffect> decision = Decision.nothing();
    boolean meant = lose.attempt() == JobCommand.Lose.ANY_ATTEMPT || job.isCurrent(lose.attempt());
    if (meant && job.state() == JobState.RUNNING && job.node().equals(Optional.of(lose.node()))) {
      decision =
          Decision.persist(
              switch (lose.cause()) {
                case MOVED ->
                    List.of(
                        lost(job, lose.reason(), false, moment),
                        new JobEvent.Requeued(lose.reason(), moment.now()));
                case NODE_ENDED -> nodeEnded(job, lose, false, moment);
                case NODE_ENDED_AT_START -> nodeEnded(job, lose, true, moment);
              });
    }
    if (lose.replyTo().isPresent()) {
      return decision.and(new JobEffect.Reply(lose.replyTo().get(), new JobReply.Lost(job.id())));
    }
    return decision;
  }

  private static JobEvent lost(Job job, String reason, boolean charged, Moment moment) {
    return new JobEvent.AttemptFailed(
        job.attempt(),
        Failure.of(FailureClass.NODE_LOST, reason),
        refinery.protocol.job.Usage.NONE,
        List.of(),
        charged,
        moment.now());
  }

  private List<JobEvent> nodeEnded(Job job, JobCommand.Lose lose, boolean atStart, Moment moment) {
    NodeDeaths deaths = job.deaths().plus(lose.node(), atStart);
    RetryPolicy.Verdict verdict =
        policy.afterNodeEnded(deaths, job.resources(), moment.now(), moment.jitter());
    return List.of(
        new JobEvent.NodeEnded(job.attempt(), lose.node(), atStart, moment.now()),
        lost(job, lose.reason(), atStart, moment),
        switch (verdict) {
          case RetryPolicy.Verdict.Requeue requeue ->
              new JobEvent.Requeued(lose.reason(), moment.now());
          case RetryPolicy.Verdict.Retry retry ->
              new JobEvent.RetryScheduled(retry.at(), retry.resources(), moment.now());
          case RetryPolicy.Verdict.GiveUp giveUp ->
              new JobEvent.GivenUp(
                  Failure.of(FailureClass.NODE_LOST, deaths.words()), moment.now());
        });
  }

  private static Decision<JobEvent, JobEffect> setPlaceable(
      Job job, JobCommand.SetPlaceable placeable, Moment moment) {
    Optional<String> reason = placeable.unplaceableReason();
    if (job.state() == JobState.QUEUED && reason.isPresent()) {
      return Decision.persist(List.of(new JobEvent.BecameUnplaceable(reason.get(), moment.now())));
    }
    if (job.state() == JobState.UNPLACEABLE && reason.isEmpty()) {
      return Decision.persist(
          List.of(new JobEvent.Requeued("a node that can hold it is there", moment.now())));
    }
    return Decision.nothing();
  }

  private static Decision<JobEvent, JobEffect> acknowledged(
      Job job, JobCommand.OwnerAcknowledged known, Moment moment) {
    boolean news =
        job.listeners().contains(known.owner())
            && known.revision() <= job.revision()
            && job.informed().getOrDefault(known.owner(), 0L) < known.revision();
    return news
        ? Decision.persist(
            List.of(new JobEvent.OwnerInformed(known.owner(), known.revision(), moment.now())))
        : Decision.nothing();
  }

  /**
   * A batch needs nothing of this job any more; the last one ends it and frees its raw data. Noted
   * of one that is no owner, too: its submission may still be on the way.
   */
  private static Decision<JobEvent, JobEffect> letGo(Job job, BatchId batch, Moment moment) {
    if (job.released().contains(batch)) {
      return Decision.nothing();
    }
    List<JobEvent> events = new ArrayList<>();
    events.add(new JobEvent.RawDataReleased(batch, moment.now()));
    boolean last =
        job.owners().contains(batch)
            && job.owners().stream()
                .allMatch(id -> id.equals(batch) || job.released().contains(id));
    if (!last) {
      return Decision.persist(events);
    }
    List<JobEffect> effects = new ArrayList<>();
    if (!job.state().isTerminal()) {
      events.add(new JobEvent.Cancelled("no batch needs it any more", moment.now()));
      effects.addAll(halt(job, "no batch needs it any more"));
    }
    if (job.spec().kind() == JobKind.DOWNLOAD) {
      events.add(new JobEvent.RawDataDiscarded(Optional.empty(), moment.now()));
    }
    return new Decision<>(events, effects, List.of());
  }

  private static List<JobEffect> halt(Job job, String reason) {
    if (job.state() == JobState.RUNNING) {
      return job
          .node()
          .<JobEffect>map(node -> new JobEffect.StopAttempt(job.id(), job.attempt(), node, reason))
          .stream()
          .toList();
    }
    return List.of(new JobEffect.Withdraw(job.id()));
  }

  private static Decision<JobEvent, JobEffect> cancel(
      Job job, JobCommand.Cancel cancel, Moment moment) {
    JobEffect done = new JobEffect.Reply(cancel.replyTo(), new JobReply.Cancelled(job.id()));
    if (job.state().isTerminal()) {
      return Decision.effect(done);
    }
    List<JobEffect> effects = new ArrayList<>(halt(job, cancel.reason()));
    effects.add(done);
    return new Decision<>(
        List.of(new JobEvent.Cancelled(cancel.reason(), moment.now())), effects, List.of());
  }

  /** What its batches let go would run on data that may be gone. */
  private static Decision<JobEvent, JobEffect> retry(
      Job job, JobCommand.Retry retry, Moment moment) {
    JobEffect done = new JobEffect.Reply(retry.replyTo(), new JobReply.Retried(job.id()));
    return switch (job.state()) {
      case FAILED, CANCELLED ->
          job.isLetGo()
              ? reply(retry.replyTo(), new JobReply.RawDataGone(job.id()))
              : Decision.<JobEvent, JobEffect>persist(
                      List.of(new JobEvent.RetriedByHand(moment.now())))
                  .and(done);
      case WAITING ->
          Decision.<JobEvent, JobEffect>persist(
                  List.of(new JobEvent.Requeued("retried by hand", moment.now())))
              .and(done);
      case SUCCEEDED ->
          reply(
              retry.replyTo(),
              new JobReply.Rejected(job.id(), "it has succeeded; reprocess the batch instead"));
      case QUEUED, RUNNING, UNPLACEABLE -> Decision.effect(done);
    };
  }

  private static Decision<JobEvent, JobEffect> setPriority(
      Job job, JobCommand.SetPriority change, Moment moment) {
    JobEffect done =
        new JobEffect.Reply(
            change.replyTo(), new JobReply.PrioritySet(job.id(), change.priority()));
    if (job.state() == JobState.SUCCEEDED || job.priority() == change.priority()) {
      return Decision.effect(done);
    }
    return Decision.<JobEvent, JobEffect>persist(
            List.of(new JobEvent.PriorityChanged(change.priority(), moment.now())))
        .and(done);
  }

  private static Decision<JobEvent, JobEffect> wantPriority(
      Job job, JobCommand.WantPriority want, Moment moment) {
    JobEffect done =
        new JobEffect.Reply(want.replyTo(), new JobReply.PrioritySet(job.id(), want.priority()));
    boolean news =
        job.owners().contains(want.owner())
            && !job.released().contains(want.owner())
            && job.state() != JobState.SUCCEEDED
            && job.wanted().get(want.owner()) != want.priority();
    return news
        ? Decision.<JobEvent, JobEffect>persist(
                List.of(new JobEvent.PriorityWanted(want.owner(), want.priority(), moment.now())))
            .and(done)
        : Decision.effect(done);
  }

  private static Decision<JobEvent, JobEffect> wake(Job job, Moment moment) {
    boolean due =
        job.state() == JobState.WAITING
            && job.nextAttemptAt().filter(at -> at.isAfter(moment.now())).isEmpty();
    return due
        ? Decision.persist(List.of(new JobEvent.Requeued("its time has come", moment.now())))
        : Decision.nothing();
  }

  @Override
  public List<JobEffect> outstanding(Optional<Job> state) {
    if (state.isEmpty()) {
      return List.of();
    }
    Job job = state.get();
    List<JobEffect> effects = new ArrayList<>();
    if (job.state() == JobState.QUEUED || job.state() == JobState.UNPLACEABLE) {
      effects.add(new JobEffect.Announce(JobViews.ticket(job)));
    }
    effects.addAll(uninformed(job));
    return effects;
  }

  private static List<JobEffect> uninformed(Job job) {
    return job.status()
        .map(
            status ->
                job.listeners().stream()
                    .filter(owner -> job.informed().getOrDefault(owner, 0L) < job.revision())
                    .<JobEffect>map(
                        owner -> new JobEffect.Inform(owner, job.id(), job.revision(), status))
                    .toList())
        .orElseGet(List::of);
  }

  @Override
  public Optional<ReadRow> row(Optional<Job> state) {
    return state.map(
        job -> {
          boolean open = !uninformed(job).isEmpty() || job.state() == JobState.WAITING;
          return JobViews.row(job, open);
        });
  }

  @Override
  public Optional<Instant> wakeAt(Optional<Job> state) {
    return state.filter(job -> job.state() == JobState.WAITING).flatMap(Job::nextAttemptAt);
  }

  @Override
  public boolean isSettled(Optional<Job> state) {
    return state.isEmpty() || (state.get().state().isTerminal() && !holdsRawData(state.get()));
  }

  /** Its batches will let it go: it would have to be recovered for that. */
  private static boolean holdsRawData(Job job) {
    return job.spec().kind() == JobKind.DOWNLOAD
        && job.state() == JobState.SUCCEEDED
        && !job.rawDataDiscarded();
  }

  @Override
  public JobCommand wake() {
    return WAKE;
  }
}
