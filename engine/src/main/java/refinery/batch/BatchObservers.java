package refinery.batch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.BatchId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Observer;
import refinery.protocol.batch.Provision;

/**
 * Decides what observers are told of this batch, and on what it hears as the observer of others.
 * Pure.
 */
final class BatchObservers {
  private BatchObservers() {}

  static Decision<BatchEvent, BatchEffect> acknowledged(
      Batch batch, BatchCommand.Acknowledged known, Instant now) {
    boolean news =
        known.revision() <= batch.revision()
            && batch.observers().isNews(known.observer(), known.revision(), known.over());
    if (!news) {
      return Decision.nothing();
    }
    List<BatchEvent> events = new ArrayList<>(List.of(informed(known, now)));
    Batch next = batch.evolve(events.getFirst());
    BatchClaims.abandoned(next, now)
        .ifPresentOrElse(events::add, () -> events.addAll(BatchRetries.leftBehind(next, now)));
    return Decision.persist(events);
  }

  private static BatchEvent informed(BatchCommand.Acknowledged known, Instant now) {
    return switch (known.observer()) {
      case Observer.OfSurvey survey ->
          new BatchEvent.SurveyInformed(survey.survey(), known.revision(), known.over(), now);
      case Observer.OfBatch other -> new BatchEvent.ObserverInformed(other, known.revision(), now);
    };
  }

  /**
   * Records that another batch wants to be told of changes. The answer says whether the output has
   * changed already.
   */
  static Decision<BatchEvent, BatchEffect> observe(
      Batch batch, BatchCommand.Observe command, Instant now) {
    Optional<Observers.Used> known = batch.observers().used(command.by());
    boolean news =
        known.isEmpty()
            || known.get().generation() < command.generation()
            || (known.get().generation() == command.generation()
                && !known.get().sha256().equals(command.sha256()));
    List<BatchEvent> events = new ArrayList<>();
    if (news) {
      events.add(
          new BatchEvent.Observed(
              command.by(), command.generation(), command.artifact(), command.sha256(), now));
    }
    boolean changed = isAnother(batch, command.artifact(), command.sha256());
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(
            new BatchEffect.Reply(
                command.replyTo(), new BatchReply.Observed(batch.spec().id(), changed)));
  }

  /**
   * True when the batch is done and its output differs from the one that was used. While the batch
   * is refined again, nothing is known yet.
   *
   * @param sha256 empty when there was none
   */
  private static boolean isAnother(Batch batch, String artifact, String sha256) {
    List<String> outputs =
        batch.results().processed().stream()
            .flatMap(result -> result.artifacts().stream())
            .filter(output -> output.role().equals(artifact))
            .map(Artifact::sha256)
            .toList();
    boolean same = sha256.isEmpty() ? outputs.isEmpty() : outputs.contains(sha256);
    return batch.state() == BatchState.DONE && !same;
  }

  /** What observers are still to be told. */
  static List<BatchEffect> toTell(Batch batch) {
    return batch.observers().due(batch.revision()).stream()
        .map(observer -> inform(batch, observer))
        .toList();
  }

  private static BatchEffect inform(Batch batch, Observer observer) {
    return switch (observer) {
      case Observer.OfSurvey survey ->
          new BatchEffect.InformSurvey(survey.survey(), batch.spec().id(), batch.standing());
      case Observer.OfBatch other -> {
        Observers.Used used = batch.observers().used(other.batch()).orElseThrow();
        yield new BatchEffect.InformBatch(
            other.batch(),
            batch.spec().id(),
            used.generation(),
            batch.revision(),
            isAnother(batch, used.artifact(), used.sha256()));
      }
    };
  }

  /** Asks the next part of the batches whose outputs this one used to tell it of changes. */
  static Optional<BatchEffect> toObserve(Batch batch) {
    return batch.results().unobserved().stream()
        .map(
            inputs ->
                new BatchEffect.ObserveMembers(
                    batch.spec().id(),
                    batch.errands().process().generation(),
                    batch.spec().set().orElseThrow().artifact(),
                    inputs,
                    batch.results().observed(inputs.role())))
        .<BatchEffect>map(effect -> effect)
        .findFirst();
  }

  static Decision<BatchEvent, BatchEffect> answered(
      Batch batch, BatchCommand.MembersAnswered answer, Instant now) {
    boolean next =
        batch.provided().get(answer.role()) instanceof Provision.All all
            && all.sha256().equals(answer.inputs())
            && batch.results().observed(answer.role()) == answer.from();
    return next
        ? Decision.persist(
            List.of(
                new BatchEvent.MembersAnswered(
                    answer.role(), answer.upTo(), answer.changed(), now)))
        : Decision.nothing();
  }

  /**
   * A batch whose output this one used may have changed. Ignored, but acknowledged, when it
   * concerns an earlier generation or a change is known already.
   */
  static Decision<BatchEvent, BatchEffect> told(
      Batch batch, BatchCommand.MemberUpdate update, Instant now) {
    BatchId self = batch.spec().id();
    boolean news =
        update.changed()
            && update.generation() == batch.errands().process().generation()
            && !batch.provided().isEmpty()
            && batch.results().changed().isEmpty();
    List<BatchEvent> events =
        news ? List.of(new BatchEvent.MemberChanged(update.member(), now)) : List.of();
    return Decision.<BatchEvent, BatchEffect>persist(events)
        .and(new BatchEffect.AcknowledgeBatch(update.member(), self, update.revision()));
  }
}
