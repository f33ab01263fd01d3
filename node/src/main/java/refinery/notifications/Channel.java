package refinery.notifications;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import refinery.readmodel.NotificationQueries.GivenUp;

/** A way to tell somebody. Thread-safe. */
interface Channel {
  /** Under which its position is stored: never changes. */
  String name();

  /** For people: whom it reaches, without secrets. */
  String target();

  /** The least time between two pages of news. */
  default Duration pace() {
    return Duration.ZERO;
  }

  /** The messages of a page that is not empty, in its order; pure. */
  List<Notification> compose(List<GivenUp> page);

  /** Never fails and never blocks: what goes wrong is an answer. */
  CompletionStage<Answer> send(Notification notification);
}
