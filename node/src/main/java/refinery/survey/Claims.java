package refinery.survey;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.pcollections.OrderedPMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import refinery.protocol.BatchId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Standing;

/**
 * What a survey wants of its batches, and what they last said. Every change of its mind has a
 * number; a batch that has not answered to it is asked until it does, so that nothing that was once
 * sent is forgotten before it is undone. Immutable; every change costs O(log n) but those that
 * concern all batches.
 *
 * @param number of the last change of mind
 * @param retriedAt the number at which failed batches were last to be taken up
 * @param wanted false after a cancel
 * @param found batches that have not answered yet, in the order found
 * @param maybeSent of {@code found}, so many from the front may have been sent before a cancel
 * @param members batches that have answered
 * @param due members that have not answered to the last change of mind
 */
record Claims(
    long number,
    long retriedAt,
    boolean wanted,
    OrderedPMap<BatchId, Found> found,
    int maybeSent,
    TreePMap<BatchId, Member> members,
    TreePSet<BatchId> due,
    Counts counts) {

  /** How many batches are asked at a time: natural flow control. */
  static final int WINDOW = 200;

  static final Claims NONE =
      new Claims(
          1,
          1,
          true,
          OrderedPMap.empty(),
          0,
          TreePMap.empty(),
          TreePSet.empty(),
          new Counts(0, 0, 0));

  /** As the source described it at that time. */
  record Found(BatchSpec spec, Instant at) {}

  /**
   * What a batch last said.
   *
   * @param number of the claim that it keeps
   */
  record Member(long number, Standing standing) {}

  /** Members by how they stand; those that are done or skipped are none of these. */
  record Counts(int active, int failed, int cancelled) {
    Counts plus(Standing standing, int by) {
      return switch (standing.state()) {
        case QUEUED, DOWNLOADING, DOWNLOADED, PROCESSING ->
            new Counts(active + by, failed, cancelled);
        case FAILED -> new Counts(active, failed + by, cancelled);
        case CANCELLED -> standing.skipped() ? this : new Counts(active, failed, cancelled + by);
        case DONE -> this;
      };
    }
  }

  /** Whether the batch is unknown, or has not answered yet and was described otherwise. */
  boolean isNews(BatchSpec spec) {
    Found known = found.get(spec.id());
    return known != null ? !known.spec().equals(spec) : !members.containsKey(spec.id());
  }

  /** Whether every batch has answered to the last change of mind and has ended. */
  boolean isComplete() {
    return found.isEmpty() && due.isEmpty() && counts.active() == 0;
  }

  /** Found batches to be told the claim now, in their order. */
  Stream<Found> unregistered() {
    return found.values().stream().limit(wanted ? WINDOW : maybeSent);
  }

  Claims found(List<BatchSpec> specs, Instant at) {
    OrderedPMap<BatchId, Found> next = found;
    for (BatchSpec spec : specs) {
      if (!members.containsKey(spec.id())) {
        next = next.plus(spec.id(), new Found(spec, at));
      }
    }
    return with(next, maybeSent, members, due, counts);
  }

  /** The batch keeps our claim of this number. */
  Claims answered(BatchId batch, long kept, Standing standing) {
    Claims heard = heard(batch, kept, standing);
    return kept >= number
        ? heard.with(
            heard.found, heard.maybeSent, heard.members, heard.due.minus(batch), heard.counts)
        : heard;
  }

  /** How a batch stands; one that has not answered has to answer to the claim as a member. */
  Claims heard(BatchId batch, long kept, Standing standing) {
    Member before = members.get(batch);
    boolean newer = before == null || before.standing().revision() < standing.revision();
    Member after =
        new Member(
            before == null ? kept : Math.max(kept, before.number()),
            newer ? standing : before.standing());
    Counts less = before == null ? counts : counts.plus(before.standing(), -1);
    boolean wasFound = found.containsKey(batch);
    return with(
        wasFound ? found.minus(batch) : found,
        wasFound ? Math.max(0, maybeSent - 1) : maybeSent,
        members.plus(batch, after),
        before == null && kept < number ? due.plus(batch) : due,
        less.plus(after.standing(), 1));
  }

  /** Nothing is wanted any more. What was never sent need not be told. */
  Claims letGo() {
    return new Claims(
        number + 1,
        retriedAt,
        false,
        found,
        Math.max(maybeSent, Math.min(WINDOW, found.size())),
        members,
        TreePSet.from(members.keySet()),
        counts);
  }

  /** After {@link #letGo()} everything is wanted again, and what failed is taken up. */
  Claims takeUpAll() {
    return new Claims(
        number + 1, number + 1, true, found, 0, members, TreePSet.from(members.keySet()), counts);
  }

  Claims takeUpFailed() {
    return changed(number + 1, standing -> standing.state() == BatchState.FAILED);
  }

  /** Those that are not done are told, for the priority has changed. */
  Claims reprioritised() {
    return changed(
        retriedAt, standing -> standing.state() != BatchState.DONE && !standing.skipped());
  }

  private Claims changed(long retry, Predicate<Standing> concerned) {
    TreePSet<BatchId> told = due;
    for (Map.Entry<BatchId, Member> entry : members.entrySet()) {
      if (concerned.test(entry.getValue().standing())) {
        told = told.plus(entry.getKey());
      }
    }
    return new Claims(number + 1, retry, wanted, found, maybeSent, members, told, counts);
  }

  /** Whether a member that failed has to be taken up with the claim it is sent now. */
  boolean isRetryDue(BatchId member) {
    return members.get(member).number() < retriedAt;
  }

  private Claims with(
      OrderedPMap<BatchId, Found> nextFound,
      int nextMaybeSent,
      TreePMap<BatchId, Member> nextMembers,
      TreePSet<BatchId> nextDue,
      Counts nextCounts) {
    return new Claims(
        number, retriedAt, wanted, nextFound, nextMaybeSent, nextMembers, nextDue, nextCounts);
  }
}
