package refinery.schedule;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import refinery.entity.Post;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;

/**
 * Says which message each effect of a schedule is and to whom, and which command a reply to it is.
 * Pure.
 */
public final class ScheduleRoutes {
  private static final ScheduleCommand NOTHING = new ScheduleCommand.Wake();

  private ScheduleRoutes() {}

  /**
   * @param surveys to which surveys reply
   */
  public static Post route(ScheduleEffect effect, ActorRef<SurveyReply> surveys) {
    return switch (effect) {
      case ScheduleEffect.Reply reply -> new Post.Answer<>(reply.to(), reply.reply());
      case ScheduleEffect.Post post ->
          new Post.ToSurvey(
              post.survey(), new SurveyCommand.Create(post.request(), post.actor(), surveys));
      case ScheduleEffect.LookAt look -> new Post.ToSurveyRow(look.self(), look.survey());
      case ScheduleEffect.MarkWithdrawn mark ->
          new Post.ToUnlisted(mark.self(), mark.survey(), mark.since(), mark.known(), mark.after());
    };
  }

  public static ScheduleCommand meaning(SurveyReply reply) {
    return switch (reply) {
      case SurveyReply.Created created ->
          new ScheduleCommand.SurveyPosted(created.survey(), Optional.empty());
      case SurveyReply.Rejected rejected ->
          new ScheduleCommand.SurveyPosted(rejected.survey(), Optional.of(rejected.reason()));
      case SurveyReply.Recorded other -> NOTHING;
      case SurveyReply.Cancelled other -> NOTHING;
      case SurveyReply.Retried other -> NOTHING;
      case SurveyReply.PrioritySet other -> NOTHING;
      case SurveyReply.Answered other -> NOTHING;
      case SurveyReply.NotFound other -> NOTHING;
      case SurveyReply.State other -> NOTHING;
    };
  }
}
