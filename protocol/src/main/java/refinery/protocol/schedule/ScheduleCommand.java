package refinery.protocol.schedule;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.Wire;
import refinery.protocol.survey.SurveyState;

/**
 * Commands of the schedule entity. All are idempotent, since any of them may arrive twice or late.
 * {@code actor} is the person who caused the command; empty when the system did.
 */
public sealed interface ScheduleCommand extends Wire {

  /**
   * Makes the schedule. Replied: Created, which says whether it existed; Rejected when the name
   * belongs to another one or the times cannot be read.
   */
  record Create(ScheduleRequest request, Optional<Actor> actor, ActorRef<ScheduleReply> replyTo)
      implements ScheduleCommand {}

  /** Posts nothing until it is resumed. Replied: Changed, also when it is paused already. */
  record Pause(Optional<Actor> actor, ActorRef<ScheduleReply> replyTo) implements ScheduleCommand {}

  /**
   * Goes on with the next time from now; times that passed meanwhile are left out. Replied:
   * Changed, also when it is not paused.
   */
  record Resume(Optional<Actor> actor, ActorRef<ScheduleReply> replyTo)
      implements ScheduleCommand {}

  /** Ends the schedule; its surveys and batches stay. Replied: Changed. */
  record Delete(Optional<Actor> actor, ActorRef<ScheduleReply> replyTo)
      implements ScheduleCommand {}

  /**
   * Posts the survey now, whatever the time, also of a paused schedule. Replied: Ran; Rejected
   * while its last survey has not ended.
   *
   * @param key a repeat with the same key gets the same survey
   */
  record Run(Optional<String> key, Optional<Actor> actor, ActorRef<ScheduleReply> replyTo)
      implements ScheduleCommand {}

  /**
   * The survey exists.
   *
   * @param refusal why it does not, for ever
   */
  record SurveyPosted(SurveyId survey, Optional<String> refusal) implements ScheduleCommand {}

  /**
   * How the schedule's last survey stands.
   *
   * @param since when it was made
   * @param batches that it has found
   */
  record SurveyStands(SurveyId survey, SurveyState state, Instant since, long batches)
      implements ScheduleCommand {}

  /**
   * Batches that a survey does not list any more have answered that they are marked.
   *
   * @param after where this part of them began; empty: at the first
   * @param last the last of this part; empty: there are no more
   * @param marked how many of this part are marked
   */
  record WithdrawnMarked(
      SurveyId survey, Optional<BatchId> after, Optional<BatchId> last, int marked)
      implements ScheduleCommand {}

  /** Makes the schedule do what is due, and repeat what is outstanding. */
  record Wake() implements ScheduleCommand {}

  /** The live state. Never creates a schedule. Replied: State. */
  record Inspect(ActorRef<ScheduleReply> replyTo) implements ScheduleCommand {}
}
