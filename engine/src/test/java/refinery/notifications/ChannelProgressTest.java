package refinery.notifications;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.notifications.ChannelProgress.Next;
import refinery.notifications.ChannelProgress.Step;
import refinery.protocol.JobId;
import refinery.readmodel.NotificationQueries.Place;
import refinery.web.Backoff;

class ChannelProgressTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration PACE = Duration.ofSeconds(10);
  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));
  private static final Answer DELIVERED = new Answer.Delivered();
  private static final Answer REFUSED = new Answer.Refused("HTTP status 400");
  private static final Answer AWAY = unavailable(Optional.empty());

  private final ChannelProgress progress = progress(Duration.ZERO);

  private static ChannelProgress progress(Duration pace) {
    return new ChannelProgress(
        "webhook", "host", new ChannelProgress.Policy(POLL, pace, BACKOFF, 3));
  }

  private static Answer unavailable(Optional<Duration> notBefore) {
    return new Answer.Unavailable("HTTP status 503", notBefore);
  }

  private static Notification notification(int position) {
    JobId job = new JobId("job-" + position);
    return new Notification(job + ".4", List.of(job), position, "{}");
  }

  private static Next opened(ChannelProgress progress) {
    assertThat(progress.begin().step()).isEqualTo(new Step.Open());
    return progress.opened(new Place(5, 0, 0, Optional.empty()), NOW);
  }

  @Test
  void aPageIsDeliveredOneByOneEachStoredBeforeTheNext() {
    assertThat(opened(progress).step()).isEqualTo(new Step.Read(5));
    Next next = progress.read(List.of(notification(6), notification(7)), false, NOW);
    for (int position : List.of(6, 7)) {
      Step.Send send = (Step.Send) next.step();
      assertThat(send.notification()).isEqualTo(notification(position));
      Step.Store store = (Step.Store) progress.answered(send, DELIVERED, NOW, 0).step();
      assertThat(store).isEqualTo(new Step.Store(notification(position), true));
      next = progress.stored(store, NOW);
    }
    assertThat(next).isEqualTo(new Next(new Step.Read(7), POLL, Optional.empty()));
    assertThat(progress.json().path("delivered").asInt()).isEqualTo(2);
    assertThat(progress.json().path("position").asInt()).isEqualTo(7);
    assertThat(progress.json().path("state").asText()).isEqualTo("idle");
  }

  @Test
  void nothingNewIsLookedForAgainAfterAWhileAndAFullPageIsFollowedAtOnce() {
    opened(progress);
    assertThat(progress.read(List.of(), false, NOW).after()).isEqualTo(POLL);
    Step.Send send = (Step.Send) progress.read(List.of(notification(6)), true, NOW).step();
    Step.Store store = (Step.Store) progress.answered(send, DELIVERED, NOW, 0).step();
    assertThat(progress.stored(store, NOW))
        .isEqualTo(new Next(new Step.Read(6), Duration.ZERO, Optional.empty()));
  }

  @Test
  void aPacedChannelLetsNewsGatherEvenBehindAFullPage() {
    ChannelProgress paced = progress(PACE);
    opened(paced);
    Step.Send send = (Step.Send) paced.read(List.of(notification(6)), true, NOW).step();
    Step.Store store = (Step.Store) paced.answered(send, DELIVERED, NOW, 0).step();
    assertThat(paced.stored(store, NOW).after()).isEqualTo(PACE);
  }

  @Test
  void aReceiverThatIsAwayIsSaidOnceTriedEverLaterAndSaidToBeBackOnce() {
    opened(progress);
    Step.Send send = (Step.Send) progress.read(List.of(notification(6)), false, NOW).step();
    Next first = progress.answered(send, AWAY, NOW, 1);
    assertThat(first.step()).isEqualTo(send);
    assertThat(first.notice().orElseThrow().alarming()).isTrue();
    assertThat(first.notice().orElseThrow().text()).contains("webhook (host)", "HTTP status 503");
    assertThat(progress.json().path("state").asText()).isEqualTo("down");
    assertThat(progress.json().path("last_error").path("reason").asText())
        .isEqualTo("HTTP status 503");
    List<Duration> waits = new ArrayList<>(List.of(first.after()));
    for (int i = 0; i < 12; i++) {
      Next again = progress.answered(send, AWAY, NOW, 1);
      assertThat(again.step()).isEqualTo(send);
      assertThat(again.notice()).isEmpty();
      waits.add(again.after());
    }
    assertThat(waits).isSorted().startsWith(Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(waits.getLast()).isEqualTo(Duration.ofMinutes(5));
    Next back = progress.answered(send, DELIVERED, NOW.plusSeconds(90), 0);
    assertThat(back.notice().orElseThrow().alarming()).isFalse();
    assertThat(back.notice().orElseThrow().text())
        .isEqualTo("webhook (host) is told again, after 90 s and 13 tries that failed");
    assertThat(progress.stored((Step.Store) back.step(), NOW).notice()).isEmpty();
    assertThat(progress.json().path("state").asText()).isEqualTo("idle");
  }

  @Test
  void aReceiverThatSaysWhenIsBelievedUpToTheLongestPause() {
    opened(progress);
    Step.Send send = (Step.Send) progress.read(List.of(notification(6)), false, NOW).step();
    Duration half = Duration.ofSeconds(30);
    assertThat(progress.answered(send, unavailable(Optional.of(half)), NOW, 1).after())
        .isEqualTo(half);
    assertThat(
            progress.answered(send, unavailable(Optional.of(Duration.ofDays(1))), NOW, 1).after())
        .isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void aMessageThatIsRefusedIsSkippedAfterItsTriesAndSaid() {
    opened(progress);
    Step.Send send =
        (Step.Send) progress.read(List.of(notification(6), notification(7)), false, NOW).step();
    for (int i = 0; i < 2; i++) {
      Next again = progress.answered(send, REFUSED, NOW, 0);
      assertThat(again.step()).isEqualTo(send);
      assertThat(again.after()).isPositive();
      assertThat(again.notice()).isEmpty();
    }
    Next skip = progress.answered(send, REFUSED, NOW, 0);
    assertThat(skip.step()).isEqualTo(new Step.Store(notification(6), false));
    assertThat(skip.notice().orElseThrow().text()).contains("job-6", "3 times", "HTTP status 400");
    Next next = progress.stored((Step.Store) skip.step(), NOW);
    assertThat(next.step()).isEqualTo(new Step.Send(notification(7)));
    assertThat(progress.json().path("skipped").asInt()).isEqualTo(1);
    assertThat(progress.json().path("delivered").asInt()).isZero();
    // the next message has all its tries
    assertThat(progress.answered((Step.Send) next.step(), REFUSED, NOW, 0).step())
        .isEqualTo(next.step());
  }

  @Test
  void whenTheDatabaseIsAwayTheStepIsRepeatedAndNothingIsSentTwice() {
    opened(progress);
    Step.Send send = (Step.Send) progress.read(List.of(notification(6)), false, NOW).step();
    Step store = progress.answered(send, DELIVERED, NOW, 0).step();
    Next again = progress.failed(store, "connection refused", NOW, 0);
    assertThat(again.step()).isEqualTo(store);
    assertThat(progress.json().path("position").asInt()).isEqualTo(5);
    assertThat(progress.stored((Step.Store) store, NOW).notice()).isPresent();
    assertThat(progress.json().path("position").asInt()).isEqualTo(6);
  }

  /**
   * Whatever goes wrong, what a receiver takes is everything in order; only refusals are left out.
   */
  @Test
  void inAnyMixtureOfFaultsNothingIsLostDoubledOrOvertaken() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      ChannelProgress mixed = progress(Duration.ZERO);
      List<Integer> expected = new ArrayList<>();
      List<Long> taken = new ArrayList<>();
      long stored = 5;
      int written = 5;
      Next next = mixed.begin();
      for (int i = 0; i < 400; i++) {
        boolean fault = random.nextInt(4) == 0;
        Step step = next.step();
        if (fault && !(step instanceof Step.Send)) {
          next = mixed.failed(step, "away", NOW, random.nextDouble());
          continue;
        }
        switch (step) {
          case Step.Open open -> next = mixed.opened(new Place(5, 0, 0, Optional.empty()), NOW);
          case Step.Read read -> {
            assertThat(read.after()).isEqualTo(stored).isEqualTo(written);
            List<Notification> page = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
              page.add(notification(++written));
            }
            next = mixed.read(page, random.nextBoolean(), NOW);
          }
          case Step.Send send -> {
            long position = send.notification().position();
            assertThat(position).as("seed " + seed).isEqualTo(stored + 1);
            boolean poisoned = position % 5 == 0;
            Answer answer = fault ? AWAY : poisoned ? REFUSED : DELIVERED;
            if (answer == DELIVERED) {
              taken.add(position);
            }
            next = mixed.answered(send, answer, NOW, random.nextDouble());
          }
          case Step.Store store -> {
            stored = store.notification().position();
            if (store.delivered()) {
              expected.add((int) stored);
            }
            next = mixed.stored(store, NOW);
          }
        }
      }
      assertThat(expected.size()).as("seed " + seed).isGreaterThan(20);
      assertThat(taken.stream().map(Long::intValue).limit(expected.size()).toList())
          .as("seed " + seed)
          .isEqualTo(expected)
          .isSorted()
          .doesNotHaveDuplicates()
          .allMatch(position -> position % 5 != 0);
      assertThat(taken.size() - expected.size()).isBetween(0, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "200,Delivered",
    "204,Delivered",
    "400,Refused",
    "409,Refused",
    "413,Refused",
    "422,Refused",
    "401,Unavailable",
    "403,Unavailable",
    "404,Unavailable",
    "408,Unavailable",
    "425,Unavailable",
    "429,Unavailable",
    "301,Unavailable",
    "302,Unavailable",
    "500,Unavailable",
    "503,Unavailable",
  })
  void theStatusSaysWhetherItIsTheMessageOrTheReceiver(int status, String answer) {
    assertThat(Answer.of(status, Optional.empty(), NOW).getClass().getSimpleName())
        .isEqualTo(answer);
  }

  @Test
  void retryAfterIsRead() {
    assertThat(Answer.of(429, Optional.of("30"), NOW))
        .isEqualTo(new Answer.Unavailable("HTTP status 429", Optional.of(Duration.ofSeconds(30))));
  }

  @Test
  void theBackOffGrowsToItsEndAndHalfOfItIsJitter() {
    assertThat(BACKOFF.delay(1, 0)).isEqualTo(Duration.ofMillis(500));
    assertThat(BACKOFF.delay(1, 1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(BACKOFF.delay(4, 1)).isEqualTo(Duration.ofSeconds(8));
    assertThat(BACKOFF.delay(1_000_000, 1)).isEqualTo(Duration.ofMinutes(5));
  }
}
