package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OpenedTest {
  private final List<String> closed = new CopyOnWriteArrayList<>();
  private final Opened opened = new Opened();

  @Test
  void theLastIsClosedFirstAndWhatIsOpenedLaterAtOnce() {
    opened.add(() -> closed.add("database"));
    opened.add(
        () -> {
          throw new IllegalStateException("it fails");
        });
    opened.add(() -> closed.add("system"));
    opened.close();
    opened.close();
    assertThat(closed).containsExactly("system", "database");
    assertThatThrownBy(() -> opened.add(() -> closed.add("late")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(closed).last().isEqualTo("late");
  }

  /** One thread waits for the node's end, another is told to stop it, and then halts the JVM. */
  @Test
  void whoClosesItSecondReturnsWhenAllIsClosed() throws Exception {
    CountDownLatch checkpoint = new CountDownLatch(1);
    opened.add(
        () -> {
          checkpoint.await();
          closed.add("database");
        });
    Thread first = Thread.ofPlatform().start(opened::close);
    await().until(() -> first.getState() == Thread.State.WAITING);
    Thread second = Thread.ofPlatform().start(opened::close);
    await().until(() -> second.getState() == Thread.State.WAITING);
    checkpoint.countDown();
    second.join();
    assertThat(closed).containsExactly("database");
    first.join();
  }

  @Test
  void whoClosesItWhileAPartOpensReturnsWhenThatIsClosedToo() throws Exception {
    CountDownLatch ready = new CountDownLatch(1);
    Thread starting =
        Thread.ofPlatform()
            .start(
                () ->
                    assertThatCode(
                            () ->
                                opened.open(
                                    () -> {
                                      ready.await();
                                      return () -> closed.add("database");
                                    }))
                        .doesNotThrowAnyException());
    await().until(() -> starting.getState() == Thread.State.WAITING);
    Thread stopping = Thread.ofPlatform().start(opened::close);
    await().until(() -> stopping.getState() == Thread.State.WAITING);
    ready.countDown();
    stopping.join();
    assertThat(closed).containsExactly("database");
    assertThatThrownBy(() -> opened.open(() -> () -> closed.add("never")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(closed).containsExactly("database");
    starting.join();
  }
}
