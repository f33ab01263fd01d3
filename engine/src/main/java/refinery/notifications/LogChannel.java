package refinery.notifications;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import refinery.protocol.query.JobView;
import refinery.readmodel.NotificationQueries.GivenUp;

/**
 * Writes a line for each job to the log; of many at once only the first ones, and how many more
 * there are.
 */
record LogChannel(Consumer<String> lines) implements Channel {
  @Override
  public String name() {
    return "log";
  }

  @Override
  public String target() {
    return "its node's log";
  }

  @Override
  public List<Notification> compose(List<GivenUp> page) {
    List<JobView> jobs = page.stream().map(GivenUp::job).toList();
    return List.of(Notification.of(page, String.join("\n", Wording.log(jobs))));
  }

  @Override
  public CompletionStage<Answer> send(Notification notification) {
    notification.body().lines().forEach(lines);
    return CompletableFuture.completedFuture(new Answer.Delivered());
  }
}
