package refinery.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Observer;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.Urgency;

/**
 * The whole state of a batch, made from its events. Immutable.
 *
 * @param observers the surveys that ever found it and the batches that used its outputs
 * @param urgency the highest priority of the surveys that want it
 */
public record Batch(
    Description description,
    Course course,
    Observers observers,
    Urgency urgency,
    Errands errands,
    Results results) {

  /** The reason that a done batch shows when its source has changed since. */
  private static final String CHANGED =
      "the source offers other files since; reprocess it to use them";

  /** The reason that a done batch shows when its source lists it no more. */
  private static final String WITHDRAWN =
      "withdrawn at the source: %s does not find it any more; its results stay";

  static Batch registered(BatchEvent.Registered event) {
    BatchSpec spec = event.spec();
    boolean skipped = spec.skip().isPresent();
    boolean direct = spec.files().isEmpty();
    BatchState state =
        skipped ? BatchState.CANCELLED : direct ? BatchState.DOWNLOADED : BatchState.QUEUED;
    return new Batch(
        Description.first(event),
        new Course(
            state, spec.skip(), Optional.empty(), event.at(), event.at(), skipped ? 1 : 0, 0),
        Observers.NONE,
        Urgency.first(0),
        Errands.first(spec, !skipped && !direct),
        Results.none(direct));
  }

  public BatchSpec spec() {
    return description.spec();
  }

  public int priority() {
    return urgency.priority();
  }

  public BatchState state() {
    return course.state();
  }

  public long revision() {
    return course.revision();
  }

  public Optional<JobId> downloadJob() {
    return errands.download().map(Errand::job);
  }

  public JobId processJob() {
    return errands.process().job();
  }

  /** Every job that the batch ever had, oldest first. */
  List<JobId> jobs() {
    return errands.all();
  }

  Set<JobId> lettingGo() {
    return errands.lettingGo();
  }

  Map<String, Provision> provided() {
    return results.provided();
  }

  /** Why the batch is in its state, or what a person should know of it, in words. */
  public Optional<String> words() {
    if (state() == BatchState.DONE && description.withdrawn().isPresent()) {
      return description.withdrawn().map(seen -> WITHDRAWN.formatted(seen.survey()));
    }
    if (state() == BatchState.DONE && description.changedAtSource()) {
      return Optional.of(CHANGED);
    }
    if (state() == BatchState.DONE && results.changed().isPresent()) {
      return results.changed().map(Batch::refinedAgain);
    }
    return awaited().map(need -> "waiting for " + need.describe()).or(course::reason);
  }

  private static String refinedAgain(BatchId member) {
    return "changed at its source: "
        + member
        + " was refined again since; reprocess it to use the new outputs";
  }

  /** The need that the batch waits for, if it does. */
  public Optional<Need> awaited() {
    return results.awaited().filter(need -> state() == BatchState.DOWNLOADED);
  }

  /** The need that it gave up, if it failed by that. */
  public Optional<Need> missed() {
    return results
        .awaited()
        .filter(
            need ->
                state() == BatchState.FAILED && errands.setback() instanceof Setback.NeedGivenUp);
  }

  /** The job that works for the batch now, or the failed one that a retry would take up again. */
  Optional<JobId> current() {
    return switch (state()) {
      case DOWNLOADING -> downloadJob();
      case PROCESSING -> Optional.of(processJob());
      case FAILED -> errands.setback().toGoOnWith();
      case QUEUED, DOWNLOADED, DONE, CANCELLED, PLANNED -> Optional.empty();
    };
  }

  /** True when that job still works for this batch. Other jobs are let go. */
  boolean wants(JobId job) {
    boolean download =
        errands.isDownloadAtWork(job)
            && state() != BatchState.DONE
            && state() != BatchState.CANCELLED
            && state() != BatchState.PLANNED;
    return download
        || (errands.isProcessAtWork(job)
            && state() != BatchState.CANCELLED
            && state() != BatchState.PLANNED);
  }

  /** True when a survey that has not ended wants the batch. */
  boolean isWanted() {
    return observers.wanting().findAny().isPresent();
  }

  Standing standing() {
    return new Standing(
        revision(),
        state(),
        state() == BatchState.CANCELLED && course.reason().equals(spec().skip()));
  }

  Batch evolve(BatchEvent event) {
    Batch next =
        switch (event) {
          case BatchEvent.Registered registered -> this;
          case BatchEvent.SurveyClaimed claimed ->
              with(description.foundAgain(claimed.foundAt())).claimed(claimed.claim());
          case BatchEvent.SurveyInformed told -> surveyInformed(told);
          case BatchEvent.ObserverInformed told ->
              with(observers.informed(told.observer(), told.revision()));
          case BatchEvent.Observed observed -> observed(observed);
          case BatchEvent.MembersAnswered answered ->
              with(results.observed(answered.role(), answered.upTo(), answered.changed()));
          case BatchEvent.MemberChanged changed -> with(results.changed(changed.member()));
          case BatchEvent.Described described -> described(described);
          case BatchEvent.DownloadRequested requested -> downloadRequested(requested);
          case BatchEvent.DownloadAccepted accepted ->
              with(errands.accepted(accepted.job(), accepted.number()))
                  .moved(BatchState.QUEUED, BatchState.DOWNLOADING);
          case BatchEvent.Downloaded downloaded -> downloaded(downloaded);
          case BatchEvent.NeedAwaited awaited -> with(results.awaiting(awaited.need()));
          case BatchEvent.NeedMet met -> with(results.with(met.provision()));
          case BatchEvent.NeedGivenUp given -> needGivenUp(given);
          case BatchEvent.NeedsSought sought -> needsSought(sought);
          case BatchEvent.ProcessAccepted accepted ->
              with(errands.accepted(accepted.job(), accepted.number()))
                  .moved(BatchState.DOWNLOADED, BatchState.PROCESSING);
          case BatchEvent.JobPriorityKnown known -> with(errands.heard(known.number()));
          case BatchEvent.Processed processed -> processed(processed);
          case BatchEvent.Failed failed -> failed(failed);
          case BatchEvent.Cancelled cancelled -> cancelled(cancelled.reason(), cancelled.actor());
          case BatchEvent.Planned planned -> planned(planned.reason());
          case BatchEvent.Resumed resumed -> resumed(resumed);
          case BatchEvent.ReprocessRequested again -> anew(again);
          case BatchEvent.JobNoted noted -> with(errands.seen(noted.job(), noted.revision()));
          case BatchEvent.JobUnwanted unwanted -> jobUnwanted(unwanted);
          case BatchEvent.RawDataReleased released -> with(errands.released(released.job()));
          case BatchEvent.Withdrawn withdrawn -> with(description.withdrawn(withdrawn));
        };
    return next.with(next.course.at(event.at()));
  }

  private Batch with(Description next) {
    return new Batch(next, course, observers, urgency, errands, results);
  }

  private Batch with(Course next) {
    return new Batch(description, next, observers, urgency, errands, results);
  }

  private Batch with(Observers next) {
    return new Batch(description, course, next, highest(next), errands, results);
  }

  private Batch with(Errands next) {
    return new Batch(description, course, observers, urgency, next, results);
  }

  private Batch with(Results next) {
    return new Batch(description, course, observers, urgency, errands, next);
  }

  private Batch moved(BatchState from, BatchState to) {
    return state() == from ? with(course.to(to)) : this;
  }

  /**
   * Keeps the claim. The survey counts as informed of the present revision, because the answer to
   * its claim tells it and the survey repeats the claim until it has that answer.
   */
  private Batch claimed(Claim claim) {
    Observers all =
        observers.with(
            new Observer.OfSurvey(claim.survey()),
            new Observers.Claimed(claim, revision(), revision(), 0));
    return new Batch(description, course, all, highest(all), errands, results);
  }

  private Urgency highest(Observers of) {
    return urgency.changedTo(of.wanting().mapToInt(Claim::priority).max().orElse(priority()));
  }

  private Batch surveyInformed(BatchEvent.SurveyInformed told) {
    return with(
        observers
            .informed(new Observer.OfSurvey(told.survey()), told.revision())
            .over(told.survey(), told.over()));
  }

  /**
   * Keeps the observer. It counts as informed of the present revision, which the answer tells it.
   */
  private Batch observed(BatchEvent.Observed event) {
    return with(
        observers.with(
            new Observer.OfBatch(event.by()),
            new Observers.Used(event.generation(), event.artifact(), event.sha256(), revision())));
  }

  /**
   * Keeps the new description for later: a batch that works or has ended goes on with the one it
   * began with. A cancelled batch has nothing to keep, so it uses the new one at once.
   */
  private Batch described(BatchEvent.Described event) {
    Description offered = description.offered(event.spec(), event.foundAt());
    if (state() != BatchState.CANCELLED) {
      return with(offered);
    }
    Batch next = with(offered.used());
    Batch explained = next.with(course.because(next.spec().skip().or(course::reason)));
    return explained.standing().skipped() == standing().skipped()
        ? explained
        : explained.with(explained.course.raised());
  }

  private Batch downloadRequested(BatchEvent.DownloadRequested event) {
    return with(errands.requested(event.job(), event.generation()))
        .with(results.seeking())
        .with(course.to(BatchState.QUEUED));
  }

  private Batch needGivenUp(BatchEvent.NeedGivenUp event) {
    return with(errands.with(new Setback.NeedGivenUp()))
        .with(course.ended(BatchState.FAILED, Optional.of(words(event.failure()))));
  }

  private Batch needsSought(BatchEvent.NeedsSought event) {
    return with(errands.with(Setback.NONE))
        .with(results.seeking())
        .with(course.resumed(BatchState.DOWNLOADED).by(event.actor()));
  }

  private Batch jobUnwanted(BatchEvent.JobUnwanted event) {
    return with(errands.lettingGo(event.job(), state() == BatchState.FAILED))
        .with(course.by(event.actor().or(course::actor)));
  }

  private Batch downloaded(BatchEvent.Downloaded event) {
    Course on =
        state().isTerminal()
            ? course.resumed(BatchState.DOWNLOADED)
            : course.to(BatchState.DOWNLOADED).because(Optional.empty());
    return with(errands.seen(event.job(), event.revision()).exists(event.job()).with(Setback.NONE))
        .with(results.with(event.result()))
        .with(on);
  }

  private Batch processed(BatchEvent.Processed event) {
    return with(errands
            .seen(event.job(), event.revision())
            .exists(event.job())
            .with(Setback.NONE)
            .lettingRawDataGo())
        .with(results.with(event.result()))
        .with(course.ended(BatchState.DONE, Optional.empty()));
  }

  private Batch failed(BatchEvent.Failed event) {
    return with(errands
            .seen(event.job(), event.revision())
            .exists(event.job())
            .with(new Setback.JobFailed(event.job(), event.failure())))
        .with(course.ended(BatchState.FAILED, Optional.of(words(event.failure()))));
  }

  private static String words(Failure failure) {
    return failure.failureClass().word() + ": " + failure.message();
  }

  private Batch cancelled(String why, Optional<Actor> actor) {
    return with(errands.lettingAllGo(state() == BatchState.DOWNLOADED))
        .with(description.used())
        .with(results.seeking())
        .with(course.ended(BatchState.CANCELLED, Optional.of(why)).by(actor));
  }

  /** A batch that has just been registered asks for nothing after all. */
  private Batch planned(String why) {
    Errands kept = state().isTerminal() ? errands : Errands.first(spec(), false);
    return with(kept).with(course.ended(BatchState.PLANNED, Optional.of(why)));
  }

  /** With revision 0 the batch asks the job to go on; otherwise the job says that it does. */
  private Batch resumed(BatchEvent.Resumed event) {
    Errands on =
        event.revision() == 0
            ? errands.with(new Setback.Retrying(event.job()))
            : errands
                .seen(event.job(), event.revision())
                .exists(event.job())
                .with(errands.setback().atWork(event.along().isPresent()));
    BatchState active =
        errands.isDownload(event.job()) ? BatchState.DOWNLOADING : BatchState.PROCESSING;
    boolean afresh =
        errands.setback() instanceof Setback.Along && !(on.setback() instanceof Setback.Along);
    Course resumed = course.resumed(active).by(event.actor().or(course::actor));
    return with(on).with(afresh ? resumed.afresh() : resumed);
  }

  private Batch anew(BatchEvent.ReprocessRequested event) {
    boolean nothing =
        state() == BatchState.DONE
            || state() == BatchState.CANCELLED
            || state() == BatchState.PLANNED;
    Errands before = nothing ? errands : errands.lettingAllGo(state() == BatchState.DOWNLOADED);
    Description used = description.used();
    boolean direct = used.spec().files().isEmpty();
    return with(used)
        .with(before.anew(used.spec(), event.generation(), event.fresh()))
        .with(Results.none(direct))
        .with(course.resumed(direct ? BatchState.DOWNLOADED : BatchState.QUEUED).by(event.actor()));
  }
}
