package refinery.notifications;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.readmodel.NotificationQueries.GivenUp;

/** Posts to Slack: one message for all jobs given up since the last one. */
record SlackChannel(Post post, Duration pace, Optional<String> linkPrefix) implements Channel {
  @Override
  public String name() {
    return "slack";
  }

  @Override
  public String target() {
    return post.address().toString();
  }

  @Override
  public List<Notification> compose(List<GivenUp> page) {
    String text = Wording.slack(page.stream().map(GivenUp::job).toList(), linkPrefix);
    return List.of(
        Notification.of(page, Json.MAPPER.createObjectNode().put("text", text).toString()));
  }

  @Override
  public CompletionStage<Answer> send(Notification notification) {
    return post.send(notification.body(), Map.of());
  }
}
