package refinery.notifications;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import refinery.notifications.ChannelProgress.Next;
import refinery.notifications.ChannelProgress.Notice;
import refinery.notifications.ChannelProgress.Step;
import refinery.protocol.Json;
import refinery.protocol.notifications.NotifierCommand;
import refinery.readmodel.NotificationQueries;
import refinery.readmodel.NotificationQueries.Place;

/**
 * A cluster singleton that performs the steps of every channel's {@link ChannelProgress}. A
 * position is stored only after the receiver has acknowledged the message. After a crash the next
 * notifier continues there, so at most the last message of a channel is sent twice.
 */
public final class Notifier extends AbstractBehavior<Notifier.Message> {
  /** What the actor handles: questions from outside, and the results of its steps. */
  sealed interface Message {}

  private record Asked(NotifierCommand command) implements Message {}

  private sealed interface OfLine extends Message {
    Line line();
  }

  private record Line(Channel channel, ChannelProgress progress) {}

  private record Due(Line line, Step step) implements OfLine {}

  private record Opened(Line line, Place place) implements OfLine {}

  private record Arrived(Line line, List<Notification> notifications, boolean full)
      implements OfLine {}

  private record Answered(Line line, Step.Send send, Answer answer) implements OfLine {}

  private record Stored(Line line, Step.Store store) implements OfLine {}

  private record Failed(Line line, Step step, String reason) implements OfLine {}

  private final NotificationsConfig config;
  private final Channels channels;
  private final NotificationQueries queries;
  private final Clock clock;
  private final TimerScheduler<Message> timers;
  private final Instant since;
  private final List<Line> lines;

  private Notifier(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      NotificationsConfig config,
      Channels channels,
      NotificationQueries queries,
      Clock clock) {
    super(context);
    context.setLoggerName(Notifier.class);
    this.config = config;
    this.channels = channels;
    this.queries = queries;
    this.clock = clock;
    this.timers = timers;
    this.since = clock.instant();
    this.lines = channels.all().stream().map(this::line).toList();
    lines.forEach(line -> take(line, line.progress().begin()));
  }

  private Line line(Channel channel) {
    ChannelProgress.Policy policy =
        new ChannelProgress.Policy(
            config.poll(), channel.pace(), config.backoff(), config.maxRefusals());
    return new Line(channel, new ChannelProgress(channel.name(), channel.target(), policy));
  }

  public static Behavior<NotifierCommand> create(
      NotificationsConfig config, Channels channels, NotificationQueries queries, Clock clock) {
    Behavior<Message> behavior =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers -> new Notifier(context, timers, config, channels, queries, clock)));
    return Behaviors.transformMessages(
        NotifierCommand.class,
        behavior,
        builder -> builder.match(NotifierCommand.class, Asked::new));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Asked asked -> answer(asked.command());
      case OfLine step -> {
        // Ignores results of steps that an actor before a restart began, and failures while the
        // node stops.
        if (lines.contains(step.line()) && !channels.isClosed()) {
          go(step);
        }
      }
    }
    return this;
  }

  private void go(OfLine message) {
    Line line = message.line();
    ChannelProgress progress = line.progress();
    Instant now = clock.instant();
    double jitter = ThreadLocalRandom.current().nextDouble();
    switch (message) {
      case Due due -> perform(line, due.step());
      case Opened opened -> take(line, progress.opened(opened.place(), now));
      case Arrived page -> take(line, progress.read(page.notifications(), page.full(), now));
      case Answered answered ->
          take(line, progress.answered(answered.send(), answered.answer(), now, jitter));
      case Stored stored -> take(line, progress.stored(stored.store(), now));
      case Failed failed ->
          take(line, progress.failed(failed.step(), failed.reason(), now, jitter));
    }
  }

  private void answer(NotifierCommand command) {
    if (command instanceof NotifierCommand.Describe describe) {
      ObjectNode state = Json.MAPPER.createObjectNode().put("since", since.toString());
      ArrayNode all = state.putArray("channels");
      lines.forEach(line -> all.add(line.progress().json()));
      describe.replyTo().tell(new NotifierCommand.Report(state));
    }
  }

  private void take(Line line, Next next) {
    next.notice().ifPresent(this::say);
    if (next.after().isZero()) {
      perform(line, next.step());
    } else {
      timers.startSingleTimer(line.progress().name(), new Due(line, next.step()), next.after());
    }
  }

  private void say(Notice notice) {
    if (notice.alarming()) {
      getContext().getLog().warn("{}", notice.text());
    } else {
      getContext().getLog().info("{}", notice.text());
    }
  }

  private void perform(Line line, Step step) {
    Channel channel = line.channel();
    CompletionStage<? extends Message> done =
        switch (step) {
          case Step.Open open ->
              queries.open(channel.name()).thenApply(place -> new Opened(line, place));
          case Step.Read read ->
              queries
                  .after(read.after(), config.pageSize())
                  .thenApply(
                      page ->
                          new Arrived(
                              line,
                              page.isEmpty() ? List.of() : channel.compose(page),
                              page.size() == config.pageSize()));
          case Step.Send send ->
              channel
                  .send(send.notification())
                  .thenApply(answer -> new Answered(line, send, answer));
          case Step.Store store ->
              queries
                  .moveOn(
                      channel.name(),
                      store.notification().position(),
                      store.delivered() ? store.notification().jobs().size() : 0,
                      store.delivered() ? 0 : store.notification().jobs().size())
                  .thenApply(moved -> new Stored(line, store));
        };
    getContext()
        .pipeToSelf(
            done,
            (message, failure) ->
                failure == null ? message : new Failed(line, step, reason(failure)));
  }

  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
