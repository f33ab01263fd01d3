package refinery.foreman;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.inputs.Sets;
import refinery.protocol.BatchId;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.readmodel.NodeQueries;
import refinery.readmodel.NodeQueries.AwaitedNeed;

/**
 * Finds out which waiting batches can be offered what they need, or will never get it. One look
 * covers a page of batches; the next one goes on where it ended. The looks from the first page to
 * the last are a round.
 */
final class NeedLook {
  private static final Logger LOG = LoggerFactory.getLogger(NeedLook.class);
  private static final int MOST_NEEDS = 1_000;

  private final NodeQueries queries;
  private final Sets sets;
  private final int most;

  /**
   * By digest of a need, the byte in its list of members at which the last look found a member
   * without its output.
   */
  private final Map<String, Long> missing = new ConcurrentHashMap<>();

  /** The digests of the needs that this round has looked at. */
  private final Set<String> looked = ConcurrentHashMap.newKeySet();

  /**
   * Where a look ended: among the batches of a need, or after all of them.
   *
   * @param digest of the last need that was looked at; empty at the beginning of a round
   * @param within the need that has batches left, and the last batch that was looked at
   */
  record Place(String digest, Optional<Within> within) {
    static final Place BEGIN = new Place("", Optional.empty());

    private static Place after(AwaitedNeed need) {
      return new Place(need.digest(), Optional.empty());
    }

    private static Place within(AwaitedNeed need, BatchId last) {
      return new Place(need.digest(), Optional.of(new Within(need, last)));
    }
  }

  private record Within(AwaitedNeed need, BatchId last) {}

  /**
   * @param next where the next look begins; {@link Place#BEGIN} when the round is over
   */
  record Found(List<Nudge> nudges, Place next) {}

  /** What a batch that waits for a need is to be told, if anything. */
  private interface Answer {
    CompletionStage<Optional<Function<BatchId, Nudge>>> to(AwaitedNeed need);
  }

  /**
   * @param before only batches that have waited since before this time are concerned
   */
  private record Subject(Answer answer, Instant before) {}

  /**
   * @param most the most batches that one look finds
   */
  NeedLook(NodeQueries queries, Sets sets, int most) {
    this.queries = queries;
    this.sets = sets;
    this.most = most;
  }

  /** The offers to waiting batches, beginning at a place. */
  CompletionStage<Found> offers(Place from) {
    return look(from, new Subject(this::offer, Instant.MAX));
  }

  private CompletionStage<Optional<Function<BatchId, Nudge>>> offer(AwaitedNeed awaited) {
    return there(awaited)
        .thenApply(
            there ->
                there.map(provision -> batch -> new Nudge.Offer(batch, awaited.need(), provision)));
  }

  private CompletionStage<Optional<Provision>> there(AwaitedNeed awaited) {
    return switch (awaited.need()) {
      case Need.One one ->
          queries
              .artifacts(one.selector(), 1)
              .thenApply(
                  found ->
                      found.stream()
                          .findFirst()
                          .map(artifact -> new Provision.One(one.role(), artifact)));
      case Need.All all ->
          sets.ask(all, missing.getOrDefault(awaited.digest(), 0L))
              .thenApply(answer -> noted(awaited, answer))
              .exceptionally(failure -> unanswered(all, failure));
    };
  }

  /**
   * Goes on as if nothing were there when the list of a set cannot be read, so that other batches
   * are still looked at. The view of the waiting batch shows the error.
   */
  private static Optional<Provision> unanswered(Need.All need, Throwable failure) {
    LOG.debug("cannot look for {}: {}", need.describe(), failure.toString());
    return Optional.empty();
  }

  private Optional<Provision> noted(AwaitedNeed awaited, Sets.Answer answer) {
    return switch (answer) {
      case Sets.Answer.Met met -> Optional.of(met.provision());
      case Sets.Answer.Missing at -> {
        missing.put(awaited.digest(), at.at());
        yield Optional.empty();
      }
    };
  }

  /**
   * The batches that have waited since before this time for something that neither exists nor is
   * under way.
   */
  CompletionStage<Found> hopeless(Place from, Instant waitingBefore) {
    return look(from, new Subject(need -> givingUp(need, waitingBefore), waitingBefore));
  }

  /**
   * Gives up a need for one output. A need for a set is never given up, because a failed member may
   * be taken up again at any time.
   */
  private CompletionStage<Optional<Function<BatchId, Nudge>>> givingUp(
      AwaitedNeed awaited, Instant waitingBefore) {
    return switch (awaited.need()) {
      case Need.One one ->
          queries
              .artifacts(one.selector(), 1)
              .thenCombine(
                  queries.mayCome(one.selector()),
                  (there, coming) ->
                      there.isEmpty() && !coming
                          ? Optional.of(
                              batch -> new Nudge.GiveUpNeed(batch, awaited.need(), waitingBefore))
                          : Optional.empty());
      case Need.All all -> CompletableFuture.completedFuture(Optional.empty());
    };
  }

  private CompletionStage<Found> look(Place from, Subject subject) {
    if (from.equals(Place.BEGIN)) {
      missing.keySet().retainAll(looked);
      looked.clear();
    }
    return queries
        .awaitedNeeds(from.digest(), MOST_NEEDS)
        .thenCompose(
            following -> {
              List<AwaitedNeed> needs = new ArrayList<>();
              from.within().map(Within::need).ifPresent(needs::add);
              needs.addAll(following);
              needs.forEach(need -> looked.add(need.digest()));
              Place last =
                  following.size() < MOST_NEEDS ? Place.BEGIN : Place.after(following.getLast());
              Found nothing = new Found(List.of(), last);
              return look(needs, 0, from.within().map(Within::last), nothing, subject);
            });
  }

  /**
   * @param after the batch of the first need after which the look begins
   * @param found what was found so far, and where the look ends if it reaches the end of the needs
   */
  private CompletionStage<Found> look(
      List<AwaitedNeed> needs, int at, Optional<BatchId> after, Found found, Subject subject) {
    if (at == needs.size()) {
      return CompletableFuture.completedFuture(found);
    }
    int limit = most - found.nudges().size();
    return page(needs.get(at), after, limit, found, subject)
        .thenCompose(
            more ->
                more.nudges().size() == most
                    ? CompletableFuture.completedFuture(more)
                    : look(needs, at + 1, Optional.empty(), more, subject));
  }

  private CompletionStage<Found> page(
      AwaitedNeed need, Optional<BatchId> after, int limit, Found found, Subject subject) {
    return subject
        .answer()
        .to(need)
        .thenCompose(
            answer ->
                answer.isEmpty()
                    ? CompletableFuture.completedFuture(found)
                    : queries
                        .awaiting(need, subject.before(), after, limit)
                        .thenApply(
                            batches -> {
                              List<Nudge> nudges = new ArrayList<>(found.nudges());
                              batches.stream().map(answer.get()).forEach(nudges::add);
                              return batches.size() == limit
                                  ? new Found(nudges, Place.within(need, batches.getLast()))
                                  : new Found(nudges, found.next());
                            }));
  }
}
