package refinery.job;

import akka.actor.typed.ActorRef;
import java.util.List;
import refinery.entity.Decision;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobReply;

/** Decisions that end with a reply to the sender of the command. */
final class Answers {
  private Answers() {}

  static Decision<JobEvent, JobEffect> only(ActorRef<JobReply> to, JobReply reply) {
    return Decision.effect(new JobEffect.Reply(to, reply));
  }

  /** Replies once the event is persisted. */
  static Decision<JobEvent, JobEffect> after(
      JobEvent event, ActorRef<JobReply> to, JobReply reply) {
    return after(List.of(event), to, reply);
  }

  /** Replies once the events are persisted. */
  static Decision<JobEvent, JobEffect> after(
      List<JobEvent> events, ActorRef<JobReply> to, JobReply reply) {
    return new Decision<>(events, List.of(new JobEffect.Reply(to, reply)), List.of());
  }
}
