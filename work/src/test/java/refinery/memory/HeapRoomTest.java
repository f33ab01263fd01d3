package refinery.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HeapRoomTest {
  private static final long MIB = 1L << 20;
  private static final HeapRoom.Waiting PATIENT = () -> {};

  private static CompletableFuture<Void> start(Runnable work) {
    return CompletableFuture.runAsync(work, task -> Thread.ofPlatform().daemon().start(task));
  }

  private static void taken(HeapRoom room, long bytes, Runnable work) {
    try (HeapRoom.Share share = room.take(bytes, PATIENT)) {
      work.run();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void halfOfTheHeapIsSharedAndWhatNeverFitsIsRefusedWithBothSizes() {
    assertThat(HeapRoom.limit(4096 * MIB)).isEqualTo(2048 * MIB);
    assertThat(HeapRoom.refusal(2048 * MIB, HeapRoom.limit(4096 * MIB))).isEmpty();
    assertThat(HeapRoom.refusal(2049 * MIB, HeapRoom.limit(4096 * MIB)))
        .hasValue("needs about 2,049 MiB of heap, and half of this node's heap is 2,048 MiB");
  }

  @Test
  void whatDoesNotFitWaitsAndALargeDemandIsNotPassedBySmallOnes() throws Exception {
    HeapRoom room = new HeapRoom(200 * MIB);
    List<String> done = new CopyOnWriteArrayList<>();
    CountDownLatch waits = new CountDownLatch(2);
    HeapRoom.Share first = room.take(60 * MIB, PATIENT);
    CompletableFuture<Void> large =
        start(
            () -> {
              try (HeapRoom.Share share = room.take(100 * MIB, waits::countDown)) {
                done.add("large");
              } catch (IOException | InterruptedException e) {
                done.add(e.toString());
              }
            });
    waits.await();
    CompletableFuture<Void> small = start(() -> taken(room, 10 * MIB, () -> done.add("small")));
    assertThatThrownBy(
            () ->
                room.take(
                    10 * MIB,
                    () -> {
                      throw new IOException("stopped");
                    }))
        .hasMessage("stopped");
    assertThat(done).isEmpty();
    first.close();
    CompletableFuture.allOf(large, small).join();
    assertThat(done).containsExactly("large", "small");
  }

  /** Each gives back what it has while it waits for more. */
  @Test
  void twoThatWantMoreDoNotWaitForEachOther() throws Exception {
    HeapRoom room = new HeapRoom(200 * MIB);
    List<String> done = new CopyOnWriteArrayList<>();
    CountDownLatch both = new CountDownLatch(2);
    Runnable grows =
        () -> {
          try (HeapRoom.Share share = room.take(40 * MIB, PATIENT)) {
            both.countDown();
            both.await();
            share.with(90 * MIB, () -> done.add("grown"));
            share.with(10 * MIB, () -> done.add("fits"));
          } catch (IOException | InterruptedException e) {
            done.add(e.toString());
          }
        };
    CompletableFuture.allOf(start(grows), start(grows)).join();
    assertThat(done).containsExactlyInAnyOrder("grown", "fits", "grown", "fits");
    taken(room, 500 * MIB, () -> done.add("all of it"));
    assertThat(done).endsWith("all of it");
  }
}
