package refinery.job;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.JobView.AttemptView;

/**
 * A job's whole truth, as its events made it. {@code queued -> running -> succeeded | waiting ->
 * queued ... | failed | cancelled}; terminal states are left only by a person's retry.
 *
 * @param attempt number of the last attempt that was started; 0 before the first
 * @param epoch of the scheduler that placed the last attempt, with its {@code assignment}
 * @param queuedAt when it last entered the queue
 * @param charged failures that count against the budget, by class, since the last retry by hand
 * @param deferrals in a row
 * @param revision of the status that owners are told; 0 while there is nothing to tell
 * @param informed owners and the revision they acknowledged
 * @param released owners that need nothing of this job any more
 * @param wanted the priority that each owner wants
 * @param deaths nodes that ended while it ran, in a row
 * @param rawDataDiscarded a download whose bytes are garbage: nobody may join it
 */
public record Job(
    JobSpec spec,
    JobState state,
    int priority,
    Resources resources,
    int attempt,
    Optional<NodeId> node,
    long epoch,
    long assignment,
    Instant queuedAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    Optional<Instant> nextAttemptAt,
    Optional<Failure> failure,
    Optional<String> waitingFor,
    List<AttemptView> attempts,
    List<StepRecord> steps,
    Optional<JobResult> result,
    Map<FailureClass, Integer> charged,
    int deferrals,
    long revision,
    Optional<JobStatus> status,
    List<BatchId> owners,
    Map<String, Long> informed,
    Set<BatchId> released,
    Map<BatchId, Integer> wanted,
    boolean rawDataDiscarded,
    NodeDeaths deaths) {

  /** Attempts beyond this are summarised away from the state; the journal keeps them all. */
  private static final int ATTEMPTS_KEPT = 50;

  public JobId id() {
    return spec.id();
  }

  static Job submitted(JobEvent.Submitted event) {
    JobSpec spec = event.spec();
    return new Job(
        spec,
        JobState.QUEUED,
        spec.priority(),
        spec.resources(),
        0,
        Optional.empty(),
        0,
        0,
        event.at(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Map.of(),
        0,
        0,
        Optional.empty(),
        spec.batchIds(),
        Map.of(),
        Set.of(),
        wanted(spec.batchIds(), spec.priority()),
        false,
        NodeDeaths.NONE);
  }

  private static Map<BatchId, Integer> wanted(List<BatchId> owners, int priority) {
    return owners.stream().collect(Collectors.toUnmodifiableMap(id -> id, id -> priority));
  }

  /** What that owner is known to want; else what the job has. */
  int priorityFor(List<BatchId> asking) {
    return asking.stream().findFirst().map(wanted::get).orElse(priority);
  }

  /** Whoever is told of the status: the batches that still care, or the survey of a survey job. */
  List<String> listeners() {
    if (spec.kind() == JobKind.SURVEY) {
      return spec.surveyId().map(id -> List.of(id.value())).orElseGet(List::of);
    }
    return owners.stream().filter(id -> !released.contains(id)).map(BatchId::value).toList();
  }

  /** Whether all batches that it worked for have let it go. */
  boolean isLetGo() {
    return !owners.isEmpty() && released.containsAll(owners);
  }

  boolean isCurrent(int number) {
    return state == JobState.RUNNING && attempt == number;
  }

  int chargedTotal() {
    return charged.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The state after an event that was persisted. */
  Job evolve(JobEvent event) {
    return switch (event) {
      case JobEvent.Submitted submitted -> this;
      case JobEvent.OwnersJoined joined ->
          copy().joined(joined.batchIds(), joined.priority()).build();
      case JobEvent.Started started -> copy().started(started).build();
      case JobEvent.AttemptSucceeded succeeded ->
          copy()
              .attemptEnded(succeeded.attempt(), succeeded.at(), "succeeded", "", succeeded.usage())
              .steps(succeeded.steps())
              .result(succeeded.result())
              .ended(JobState.SUCCEEDED, succeeded.at())
              .status(new JobStatus.Succeeded(succeeded.result()))
              .build();
      case JobEvent.AttemptFailed failed ->
          copy()
              .attemptEnded(
                  failed.attempt(),
                  failed.at(),
                  failed.failure().failureClass().word(),
                  failed.failure().message(),
                  failed.usage())
              .steps(failed.steps())
              .failed(failed.failure(), failed.charged())
              .build();
      case JobEvent.NodeEnded ended -> copy().nodeEnded(ended).build();
      case JobEvent.AttemptDeferred deferred ->
          copy()
              .attemptEnded(
                  deferred.attempt(),
                  deferred.at(),
                  "deferred",
                  deferred.reason(),
                  refinery.protocol.job.Usage.NONE)
              .deferred(deferred.reason())
              .build();
      case JobEvent.RetryScheduled retry ->
          copy().waiting(retry.retryAt(), retry.resources()).build();
      case JobEvent.Requeued requeued -> copy().queued(requeued.at()).build();
      case JobEvent.BecameUnplaceable unplaceable ->
          copy().unplaceable(unplaceable.reason()).build();
      case JobEvent.GivenUp givenUp ->
          copy()
              .givenUp(givenUp.failure())
              .ended(JobState.FAILED, givenUp.at())
              .status(new JobStatus.Failed(givenUp.failure()))
              .build();
      case JobEvent.Cancelled cancelled ->
          copy()
              .cancelled(cancelled)
              .ended(JobState.CANCELLED, cancelled.at())
              .status(new JobStatus.Cancelled(cancelled.reason()))
              .build();
      case JobEvent.RetriedByHand retried ->
          copy().afresh().queued(retried.at()).status(new JobStatus.Active()).build();
      case JobEvent.PriorityChanged changed -> copy().priority(changed.priority()).build();
      case JobEvent.PriorityWanted want -> copy().wanted(want.owner(), want.priority()).build();
      case JobEvent.OwnerInformed informedOwner ->
          copy().informed(informedOwner.owner(), informedOwner.revision()).build();
      case JobEvent.RawDataReleased releasedBy -> copy().released(releasedBy.batch()).build();
      case JobEvent.RawDataDiscarded discarded -> copy().discarded().build();
    };
  }

  private Draft copy() {
    return new Draft(this);
  }

  /** A mutable copy that lives for one event. */
  private static final class Draft {
    private final Job from;
    private JobState state;
    private int priority;
    private Resources resources;
    private int attempt;
    private Optional<NodeId> node;
    private long epoch;
    private long assignment;
    private Instant queuedAt;
    private Optional<Instant> startedAt;
    private Optional<Instant> finishedAt;
    private Optional<Instant> nextAttemptAt;
    private Optional<Failure> failure;
    private Optional<String> waitingFor;
    private List<AttemptView> attempts;
    private List<StepRecord> steps;
    private Optional<JobResult> result;
    private Map<FailureClass, Integer> charged;
    private int deferrals;
    private long revision;
    private Optional<JobStatus> status;
    private List<BatchId> owners;
    private Map<String, Long> informed;
    private Set<BatchId> released;
    private final Map<BatchId, Integer> wanted;
    private boolean rawDataDiscarded;
    private NodeDeaths deaths;

    Draft(Job job) {
      from = job;
      state = job.state;
      priority = job.priority;
      resources = job.resources;
      attempt = job.attempt;
      node = job.node;
      epoch = job.epoch;
      assignment = job.assignment;
      queuedAt = job.queuedAt;
      startedAt = job.startedAt;
      finishedAt = job.finishedAt;
      nextAttemptAt = job.nextAttemptAt;
      failure = job.failure;
      waitingFor = job.waitingFor;
      attempts = job.attempts;
      steps = job.steps;
      result = job.result;
      charged = job.charged;
      deferrals = job.deferrals;
      revision = job.revision;
      status = job.status;
      owners = job.owners;
      informed = job.informed;
      released = job.released;
      wanted = new TreeMap<>(job.wanted);
      rawDataDiscarded = job.rawDataDiscarded;
      deaths = job.deaths;
    }

    Job build() {
      return new Job(
          from.spec,
          state,
          priority,
          resources,
          attempt,
          node,
          epoch,
          assignment,
          queuedAt,
          startedAt,
          finishedAt,
          nextAttemptAt,
          failure,
          waitingFor,
          attempts,
          steps,
          result,
          charged,
          deferrals,
          revision,
          status,
          owners,
          informed,
          released,
          Map.copyOf(wanted),
          rawDataDiscarded,
          deaths);
    }

    Draft joined(List<BatchId> batches, int wantedPriority) {
      List<BatchId> all = new ArrayList<>(owners);
      batches.stream().filter(id -> !all.contains(id)).forEach(all::add);
      owners = List.copyOf(all);
      Set<BatchId> rest = new TreeSet<>(released);
      batches.forEach(rest::remove);
      released = Set.copyOf(rest);
      Map<String, Long> known = new TreeMap<>(informed);
      batches.forEach(id -> known.remove(id.value()));
      informed = Map.copyOf(known);
      batches.forEach(id -> wanted.put(id, wantedPriority));
      return highestWanted();
    }

    Draft wanted(BatchId owner, int wantedPriority) {
      wanted.put(owner, wantedPriority);
      return highestWanted();
    }

    private Draft highestWanted() {
      wanted.entrySet().stream()
          .filter(each -> !released.contains(each.getKey()))
          .mapToInt(Map.Entry::getValue)
          .max()
          .ifPresent(highest -> priority = highest);
      return this;
    }

    Draft started(JobEvent.Started event) {
      state = JobState.RUNNING;
      attempt = event.attempt();
      node = Optional.of(event.node());
      epoch = event.epoch();
      assignment = event.assignment();
      startedAt = Optional.of(event.at());
      nextAttemptAt = Optional.empty();
      waitingFor = Optional.empty();
      failure = Optional.empty();
      List<AttemptView> all = new ArrayList<>(attempts);
      if (all.size() >= ATTEMPTS_KEPT) {
        all.removeFirst();
      }
      all.add(
          new AttemptView(
              attempt, event.node(), event.at(), Optional.empty(), "running", "", 0, 0));
      attempts = List.copyOf(all);
      return this;
    }

    Draft attemptEnded(
        int number, Instant at, String outcome, String message, refinery.protocol.job.Usage usage) {
      attempts =
          attempts.stream()
              .map(
                  view ->
                      view.number() == number && view.finishedAt().isEmpty()
                          ? new AttemptView(
                              number,
                              view.node(),
                              view.startedAt(),
                              Optional.of(at),
                              outcome,
                              message,
                              usage.peakMemory(),
                              usage.cpuSeconds())
                          : view)
              .toList();
      node = Optional.empty();
      return this;
    }

    Draft steps(List<StepRecord> records) {
      steps = List.copyOf(records);
      return this;
    }

    Draft result(JobResult delivered) {
      result = Optional.of(delivered);
      failure = Optional.empty();
      return this;
    }

    Draft failed(Failure why, boolean counts) {
      failure = Optional.of(why);
      deferrals = 0;
      if (why.failureClass() != FailureClass.NODE_LOST) {
        deaths = NodeDeaths.NONE;
      }
      if (counts) {
        Map<FailureClass, Integer> counted = new TreeMap<>(charged);
        counted.merge(why.failureClass(), 1, Integer::sum);
        charged = Map.copyOf(counted);
      }
      return this;
    }

    Draft nodeEnded(JobEvent.NodeEnded event) {
      deaths = deaths.plus(event.node(), event.atStart());
      return this;
    }

    Draft deferred(String reason) {
      deaths = NodeDeaths.NONE;
      deferrals++;
      waitingFor = Optional.of(reason);
      return this;
    }

    Draft waiting(Instant until, Resources next) {
      state = JobState.WAITING;
      if (waitingFor.isEmpty()) {
        waitingFor =
            failure.map(
                why ->
                    "retry at "
                        + until
                        + " after "
                        + why.failureClass().word()
                        + ": "
                        + why.message());
      }
      nextAttemptAt = Optional.of(until);
      resources = next;
      return this;
    }

    Draft queued(Instant at) {
      state = JobState.QUEUED;
      queuedAt = at;
      nextAttemptAt = Optional.empty();
      finishedAt = Optional.empty();
      waitingFor = Optional.empty();
      node = Optional.empty();
      return this;
    }

    Draft unplaceable(String reason) {
      state = JobState.UNPLACEABLE;
      waitingFor = Optional.of(reason);
      return this;
    }

    Draft givenUp(Failure why) {
      failure = Optional.of(why);
      return this;
    }

    Draft cancelled(JobEvent.Cancelled event) {
      if (state == JobState.RUNNING) {
        attemptEnded(
            attempt, event.at(), "cancelled", event.reason(), refinery.protocol.job.Usage.NONE);
      }
      waitingFor = Optional.of(event.reason());
      return this;
    }

    Draft ended(JobState terminal, Instant at) {
      state = terminal;
      finishedAt = Optional.of(at);
      nextAttemptAt = Optional.empty();
      if (terminal != JobState.CANCELLED) {
        waitingFor = Optional.empty();
      }
      return this;
    }

    Draft afresh() {
      deaths = NodeDeaths.NONE;
      charged = Map.of();
      deferrals = 0;
      failure = Optional.empty();
      result = Optional.empty();
      resources = from.spec.resources();
      return this;
    }

    Draft status(JobStatus told) {
      revision++;
      status = Optional.of(told);
      return this;
    }

    Draft priority(int changed) {
      priority = changed;
      return this;
    }

    Draft informed(String owner, long upTo) {
      Map<String, Long> known = new TreeMap<>(informed);
      known.merge(owner, upTo, Math::max);
      informed = Map.copyOf(known);
      return this;
    }

    Draft released(BatchId batch) {
      Set<BatchId> all = new TreeSet<>(released);
      all.add(batch);
      released = Set.copyOf(all);
      return highestWanted();
    }

    Draft discarded() {
      rawDataDiscarded = true;
      return this;
    }
  }
}
