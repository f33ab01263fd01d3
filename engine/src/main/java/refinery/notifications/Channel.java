package refinery.notifications;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import refinery.readmodel.NotificationQueries.GivenUp;

/** A way to tell people or programs of jobs that were given up. Thread-safe. */
interface Channel {
  /** The name under which the channel's position is stored, so it must never change. */
  String name();

  /** Whom it reaches, in words, without secrets. */
  String target();

  /** The shortest time between two pages of messages. */
  default Duration pace() {
    return Duration.ZERO;
  }

  /** The messages for a page, in its order. The page is not empty. Pure. */
  List<Notification> compose(List<GivenUp> page);

  /** Sends a message. Does not block, and the stage never fails: an error is an {@link Answer}. */
  CompletionStage<Answer> send(Notification notification);
}
