package refinery.batch;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Claim;

/** Decides on what surveys want of a batch. Pure. */
final class BatchClaims {
  private BatchClaims() {}

  static Decision<BatchEvent, BatchEffect> register(BatchCommand.Register register, Instant now) {
    BatchEvent.Registered made =
        new BatchEvent.Registered(register.spec(), register.foundAt(), now, register.trace());
    Claim claim = register.claim();
    List<BatchEvent> events = new ArrayList<>(List.of(made));
    Batch next = claimed(Batch.registered(made), claim, Optional.empty(), events, now);
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(kept(next, claim, Optional.of(register.foundAt()), register.replyTo()));
  }

  private static BatchEffect kept(
      Batch batch, Claim claim, Optional<Instant> foundAt, ActorRef<BatchReply> replyTo) {
    Claim kept = batch.observers().claimed(claim.survey()).orElseThrow().claim();
    return new BatchEffect.Reply(
        replyTo,
        new BatchReply.Claimed(batch.spec().id(), kept.number(), foundAt, batch.standing()));
  }

  /**
   * A known batch is found again. The description is used if it is later than the known one, even
   * when the claim that it comes with is known already.
   */
  static Decision<BatchEvent, BatchEffect> registeredAgain(
      Batch batch, BatchCommand.Register register, Instant now) {
    Claim claim = register.claim();
    Optional<Instant> foundAt = Optional.of(register.foundAt());
    boolean claims = isNews(batch, claim);
    boolean later = register.foundAt().isAfter(batch.description().foundAt());
    boolean otherwise = !register.spec().equals(batch.description().newest());
    List<BatchEvent> events = new ArrayList<>();
    Batch next = batch;
    if (later && (otherwise || !claims)) {
      next = add(events, next, new BatchEvent.Described(register.spec(), register.foundAt(), now));
    }
    if (claims) {
      next = claimed(next, claim, foundAt.filter(at -> later && !otherwise), events, now);
    }
    next = begun(batch, next, claim, later, events, now);
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(kept(next, claim, foundAt, register.replyTo()));
  }

  static Decision<BatchEvent, BatchEffect> changed(
      Batch batch, BatchCommand.ChangeClaim change, Instant now) {
    Claim claim = change.claim();
    List<BatchEvent> events = new ArrayList<>();
    Batch next =
        isNews(batch, claim)
            ? begun(
                batch,
                claimed(batch, claim, Optional.empty(), events, now),
                claim,
                false,
                events,
                now)
            : batch;
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(kept(next, claim, Optional.empty(), change.replyTo()));
  }

  /** A mark says what the last word of the source is, so it needs a search later than the find. */
  static Decision<BatchEvent, BatchEffect> notListed(
      Batch batch, BatchCommand.NotListed missing, Instant now) {
    boolean found = batch.description().foundAt().isAfter(missing.since());
    boolean marked = batch.description().withdrawn().isPresent();
    return Decision.<BatchEvent, BatchEffect>persist(
            found || marked
                ? List.of()
                : List.of(new BatchEvent.Withdrawn(missing.survey(), missing.since(), now)))
        .and(
            new BatchEffect.Reply(
                missing.replyTo(),
                new BatchReply.WithdrawalNoted(batch.spec().id(), marked || !found)));
  }

  private static boolean isNews(Batch batch, Claim claim) {
    return batch
        .observers()
        .claimed(claim.survey())
        .filter(known -> known.claim().number() >= claim.number())
        .isEmpty();
  }

  /**
   * Persists the claim and what follows from it: a batch that is wanted may be taken up again, one
   * that no survey wants any more is cancelled.
   */
  private static Batch claimed(
      Batch batch, Claim claim, Optional<Instant> foundAt, List<BatchEvent> events, Instant now) {
    Batch next = add(events, batch, new BatchEvent.SurveyClaimed(claim, foundAt, now));
    Optional<BatchEvent> follows =
        claim.wanted()
            ? takenUp(next, claim, isWantedAnew(batch, claim), now)
                .or(() -> madeAgain(batch, next, claim, now))
            : planned(batch, next, claim, now).or(() -> abandoned(next, now));
    return follows.isPresent() ? add(events, next, follows.get()) : next;
  }

  /**
   * A batch that has just been registered by a survey that plans begins nothing; one that was
   * cancelled is planned again. One that is planned keeps the reason why it does not begin.
   */
  private static Optional<BatchEvent> planned(Batch before, Batch batch, Claim claim, Instant now) {
    boolean fresh = batch.revision() == 0 && before.observers().surveys().isEmpty();
    boolean plans =
        switch (batch.state()) {
          case QUEUED, DOWNLOADED -> claim.held() && fresh;
          case CANCELLED -> claim.held() && batch.spec().skip().isEmpty();
          case PLANNED -> !batch.course().reason().orElse("").equals(claim.reason());
          case DOWNLOADING, PROCESSING, DONE, FAILED -> false;
        };
    return plans ? Optional.of(new BatchEvent.Planned(claim.reason(), now)) : Optional.empty();
  }

  private static Batch add(List<BatchEvent> events, Batch batch, BatchEvent event) {
    events.add(event);
    return batch.evolve(event);
  }

  /**
   * Cancels an active batch that no survey wants, but only if one has let it go since it was last
   * taken up. Otherwise a person took it up, and it goes on.
   */
  static Optional<BatchEvent> abandoned(Batch batch, Instant now) {
    return batch.isWanted() || batch.state().isTerminal()
        ? Optional.empty()
        : batch
            .observers()
            .letGoSince(batch.course().since())
            .map(claim -> new BatchEvent.Cancelled(claim.reason(), claim.actor(), now));
  }

  /**
   * True when the claim wants more than another priority. A change of priority alone must not take
   * up what a person has cancelled.
   */
  private static boolean isWantedAnew(Batch before, Claim claim) {
    return claim.retry()
        || before
            .observers()
            .claimed(claim.survey())
            .filter(known -> known.claim().wanted())
            .isEmpty();
  }

  /** What is done is refined again for a survey that reuses nothing, once for each such survey. */
  private static Optional<BatchEvent> madeAgain(
      Batch before, Batch batch, Claim claim, Instant now) {
    boolean first =
        before.observers().claimed(claim.survey()).filter(known -> !known.claim().held()).isEmpty();
    return claim.fresh() && first && batch.state() == BatchState.DONE
        ? Optional.of(BatchRetries.afresh(batch, claim.actor(), now))
        : Optional.empty();
  }

  private static Optional<BatchEvent> takenUp(Batch batch, Claim claim, boolean anew, Instant now) {
    return switch (batch.state()) {
      case CANCELLED, PLANNED ->
          Optional.of(BatchRetries.anew(batch, claim.actor(), now))
              .filter(event -> anew && batch.spec().skip().isEmpty());
      case FAILED ->
          claim.retry()
              ? Optional.of(BatchRetries.resumed(batch, claim.actor(), now))
              : Optional.empty();
      case QUEUED, DOWNLOADED, DOWNLOADING, PROCESSING, DONE -> Optional.empty();
    };
  }

  /**
   * Begins the batch anew in three cases: it is queued and the source offers other files; it is
   * downloaded and a later search found other files; or it was skipped and its source does not ask
   * for that any more.
   *
   * @param found true when this description is later than the known one
   */
  private static Batch begun(
      Batch before, Batch next, Claim claim, boolean found, List<BatchEvent> events, Instant now) {
    boolean begins =
        switch (next.state()) {
          case QUEUED -> next.description().otherFilesOffered();
          case DOWNLOADED -> found && next.description().otherFilesOffered();
          case CANCELLED -> before.standing().skipped() && next.spec().skip().isEmpty();
          case DOWNLOADING, PROCESSING, DONE, FAILED, PLANNED -> false;
        };
    return begins && next.isWanted()
        ? add(events, next, BatchRetries.anew(next, claim.actor(), now))
        : next;
  }
}
