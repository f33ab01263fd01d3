package refinery.batch;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.Claim;

/** What surveys want of a batch, and what that makes of it. Pure. */
final class BatchClaims {
  private BatchClaims() {}

  static Decision<BatchEvent, BatchEffect> register(BatchCommand.Register register, Instant now) {
    BatchEvent.Registered made =
        new BatchEvent.Registered(register.spec(), register.foundAt(), now);
    List<BatchEvent> events = new ArrayList<>(List.of(made));
    Batch next = claimed(Batch.registered(made), register.claim(), events, now);
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(kept(next, register.claim().survey(), register.replyTo()));
  }

  private static BatchEffect kept(Batch batch, SurveyId survey, ActorRef<BatchReply> replyTo) {
    return new BatchEffect.Reply(
        replyTo,
        new BatchReply.Claimed(
            batch.spec().id(), batch.observers().get(survey).claim().number(), batch.standing()));
  }

  /** News only when the source said so later than what is known. */
  private static List<BatchEvent> described(
      Batch batch, BatchCommand.Register register, Instant now) {
    return register.foundAt().isAfter(batch.description().foundAt())
            && !register.spec().equals(batch.description().newest())
        ? List.of(new BatchEvent.Described(register.spec(), register.foundAt(), now))
        : List.of();
  }

  static Decision<BatchEvent, BatchEffect> registeredAgain(
      Batch batch, BatchCommand.Register register, Instant now) {
    return claim(batch, register.claim(), described(batch, register, now), register.replyTo(), now);
  }

  static Decision<BatchEvent, BatchEffect> changed(
      Batch batch, BatchCommand.ChangeClaim change, Instant now) {
    return claim(batch, change.claim(), List.of(), change.replyTo(), now);
  }

  private static Decision<BatchEvent, BatchEffect> claim(
      Batch batch,
      Claim claim,
      List<BatchEvent> described,
      ActorRef<BatchReply> replyTo,
      Instant now) {
    Batch.Observer known = batch.observers().get(claim.survey());
    if (known != null && known.claim().number() >= claim.number()) {
      return Decision.effect(kept(batch, claim.survey(), replyTo));
    }
    List<BatchEvent> events = new ArrayList<>();
    Batch next = batch;
    for (BatchEvent event : described) {
      next = add(events, next, event);
    }
    next = claimed(next, claim, events, now);
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(kept(next, claim.survey(), replyTo));
  }

  /** A survey that wants a batch takes it up; when none wants it any more, it is cancelled. */
  private static Batch claimed(Batch batch, Claim claim, List<BatchEvent> events, Instant now) {
    Batch next = add(events, batch, new BatchEvent.SurveyClaimed(claim, now));
    Optional<BatchEvent> follows =
        claim.wanted() ? takenUp(next, claim, now) : letGo(next, claim, now);
    return follows.isPresent() ? add(events, next, follows.get()) : next;
  }

  private static Batch add(List<BatchEvent> events, Batch batch, BatchEvent event) {
    events.add(event);
    return batch.evolve(event);
  }

  private static Optional<BatchEvent> letGo(Batch batch, Claim claim, Instant now) {
    return batch.isWanted() || batch.state().isTerminal()
        ? Optional.empty()
        : Optional.of(new BatchEvent.Cancelled(claim.reason(), now));
  }

  /** What has not begun begins anew when the source offers other files. */
  private static Optional<BatchEvent> takenUp(Batch batch, Claim claim, Instant now) {
    return switch (batch.state()) {
      case CANCELLED ->
          Optional.of(BatchRetries.anew(batch, now)).filter(event -> batch.spec().skip().isEmpty());
      case QUEUED, DOWNLOADED ->
          Optional.of(BatchRetries.anew(batch, now))
              .filter(event -> batch.description().otherFilesOffered());
      case FAILED ->
          claim.retry() ? Optional.of(BatchRetries.resumed(batch, now)) : Optional.empty();
      case DOWNLOADING, PROCESSING, DONE -> Optional.empty();
    };
  }

  static Decision<BatchEvent, BatchEffect> acknowledged(
      Batch batch, BatchCommand.SurveyAcknowledged known, Instant now) {
    Batch.Observer observer = batch.observers().get(known.survey());
    return observer != null
            && observer.informed() < known.revision()
            && known.revision() <= batch.revision()
        ? Decision.persist(
            List.of(new BatchEvent.SurveyInformed(known.survey(), known.revision(), now)))
        : Decision.nothing();
  }
}
