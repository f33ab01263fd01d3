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
import refinery.protocol.survey.PlanAnswer;
import refinery.protocol.survey.SurveyEvent;

/**
 * What a survey wants of its batches, and what they last answered. Whenever the survey wants
 * something else it raises its number, and every batch concerned is told until it answers to that
 * number. So a claim that may have reached a batch is never forgotten before it is withdrawn.
 * Immutable; a change costs O(log n), or O(n) when it concerns all batches.
 *
 * @param number raised whenever the survey wants something else of its batches
 * @param searchedAt the number at which the last search of the source began
 * @param endedAt the number at which the survey last ended; 0: it has not
 * @param wish what the survey wants of its batches
 * @param found batches that have not answered with what was last found of them, in the order they
 *     were found
 * @param maybeSent how many of {@code found}, from its front, may have been told before a cancel
 * @param members batches that have answered at least once
 * @param due members that have not answered to the present number
 * @param retries those of {@code due} that are to be taken up again if they have failed
 */
record Claims(
    long number,
    long searchedAt,
    long endedAt,
    Wish wish,
    OrderedPMap<BatchId, Found> found,
    int maybeSent,
    TreePMap<BatchId, Member> members,
    TreePSet<BatchId> due,
    TreePSet<BatchId> retries,
    Counts counts) {

  /** How many batches are told at a time, which limits the messages under way. */
  static final int WINDOW = 200;

  /**
   * What the survey wants of its batches.
   *
   * @param wanted false after a cancel
   * @param held true while it plans: nothing begins before the plan was answered
   * @param excluded batches that were not chosen when the plan was answered
   */
  record Wish(boolean wanted, boolean held, TreePSet<BatchId> excluded) {
    static final Wish ALL = new Wish(true, false, TreePSet.empty());

    /** Nothing begins before the plan was answered. */
    static final Wish PLAN = new Wish(true, true, TreePSet.empty());

    Wish letGo() {
      return new Wish(false, held, excluded);
    }

    Wish again() {
      return new Wish(true, held, excluded);
    }

    boolean wants(BatchId batch) {
      return wanted && !held && !excluded.contains(batch);
    }
  }

  static final Claims NONE =
      new Claims(
          1,
          1,
          0,
          Wish.ALL,
          OrderedPMap.empty(),
          0,
          TreePMap.empty(),
          TreePSet.empty(),
          TreePSet.empty(),
          new Counts(0, 0, 0));

  /** A batch as the source described it at that time. */
  record Found(BatchSpec spec, Instant at) {}

  /**
   * What a batch last answered.
   *
   * @param number of the survey's claim that the batch keeps
   * @param foundAt the number of the claim with which it took in the description last found; 0:
   *     none
   */
  record Member(int number, int foundAt, Standing standing) {
    static final Member UNKNOWN =
        new Member(0, 0, new Standing(Long.MIN_VALUE, BatchState.DONE, false));

    Member heard(long kept, Standing now) {
      boolean newer = standing.revision() < now.revision();
      return new Member(
          Math.toIntExact(Math.max(kept, number)),
          foundAt,
          newer ? SharedStandings.shared(now) : standing);
    }

    Member foundAt(long claim) {
      return new Member(number, Math.toIntExact(claim), standing);
    }
  }

  /** Numbers of members by state. Members that are done or skipped are not counted. */
  record Counts(int active, int failed, int cancelled) {
    Counts plus(Standing standing, int by) {
      return switch (standing.state()) {
        case QUEUED, DOWNLOADING, DOWNLOADED, PROCESSING ->
            new Counts(active + by, failed, cancelled);
        case FAILED -> new Counts(active, failed + by, cancelled);
        case CANCELLED -> standing.skipped() ? this : new Counts(active, failed, cancelled + by);
        case DONE, PLANNED -> this;
      };
    }
  }

  /**
   * True when the batch is unknown, or its description differs from the last one. The survey
   * forgets a description once the batch has it; so what a new search finds again counts as news,
   * and the batch decides.
   */
  boolean isNews(BatchSpec spec) {
    Found known = found.get(spec.id());
    return known != null
        ? !known.spec().equals(spec)
        : members.getOrDefault(spec.id(), Member.UNKNOWN).foundAt() < searchedAt;
  }

  /** Claims of a survey that plans first. */
  static Claims planning() {
    return new Claims(
        1,
        1,
        0,
        Wish.PLAN,
        OrderedPMap.empty(),
        0,
        TreePMap.empty(),
        TreePSet.empty(),
        TreePSet.empty(),
        new Counts(0, 0, 0));
  }

  /** How many batches are planned, apart from those that are skipped. */
  long planned() {
    return members.values().stream().filter(member -> !member.standing().skipped()).count();
  }

  /** The plan was answered: the chosen batches are wanted, the others are not. */
  Claims chosen(PlanAnswer answer) {
    TreePSet<BatchId> excluded = TreePSet.empty();
    TreePSet<BatchId> told = TreePSet.empty();
    long left = answer.none() ? 0 : answer.atMost().orElse(Long.MAX_VALUE);
    for (Map.Entry<BatchId, Member> member : members.entrySet()) {
      if (!member.getValue().standing().skipped()) {
        BatchId batch = member.getKey();
        boolean asked = answer.batches().isEmpty() || answer.batches().contains(batch.value());
        told = told.plus(batch);
        excluded = asked && left > 0 ? excluded : excluded.plus(batch);
        left -= asked && left > 0 ? 1 : 0;
      }
    }
    return new Claims(
        number + 1,
        searchedAt,
        endedAt,
        new Wish(true, false, excluded),
        found,
        maybeSent,
        members,
        told,
        told,
        counts);
  }

  /** True when every batch has answered to the present number. */
  boolean isAnswered() {
    return found.isEmpty() && due.isEmpty();
  }

  /** True when every batch has answered to the present number and has ended. */
  boolean isComplete() {
    return isAnswered() && counts.active() == 0;
  }

  /** The found batches that are to be told now, in the order they were found. */
  Stream<Found> unregistered() {
    return found.values().stream().limit(wish.wanted() ? WINDOW : maybeSent);
  }

  Claims found(List<BatchSpec> specs, Instant at) {
    OrderedPMap<BatchId, Found> next = found;
    for (BatchSpec spec : specs) {
      if (isNews(spec)) {
        next = next.plus(spec.id(), new Found(spec, at));
      }
    }
    return with(next, maybeSent, members, due, counts);
  }

  /**
   * Takes in a batch's answer. It settles the present claim only if it carries the present number,
   * and the description only if it is not older than the one last found.
   */
  Claims answered(SurveyEvent.BatchClaimed answer) {
    BatchId batch = answer.batch();
    Claims heard = heard(batch, answer.number(), answer.standing());
    if (answer.number() < number) {
      return heard;
    }
    Found last = found.get(batch);
    boolean taken =
        last != null && answer.foundAt().filter(at -> !at.isBefore(last.at())).isPresent();
    Claims told = heard.told(batch);
    return taken
        ? told.with(
            found.minus(batch),
            Math.max(0, maybeSent - 1),
            told.members.plus(batch, told.members.get(batch).foundAt(number)),
            told.due,
            told.counts)
        : told;
  }

  /** Takes in a batch's state. A batch that the survey never told anything becomes due. */
  Claims heard(BatchId batch, long kept, Standing standing) {
    Member before = members.get(batch);
    Member after = (before == null ? Member.UNKNOWN : before).heard(kept, standing);
    Counts less = before == null ? counts : counts.plus(before.standing(), -1);
    boolean unasked = before == null && kept < number && !found.containsKey(batch);
    return with(
        found,
        maybeSent,
        members.plus(batch, after),
        unasked ? due.plus(batch) : due,
        less.plus(after.standing(), 1));
  }

  private Claims told(BatchId batch) {
    return new Claims(
        number,
        searchedAt,
        endedAt,
        wish,
        found,
        maybeSent,
        members,
        due.minus(batch),
        retries.minus(batch),
        counts);
  }

  /** The survey has ended. From now on its claims no longer make a batch go on. */
  Claims ended() {
    return new Claims(
        number, searchedAt, number, wish, found, maybeSent, members, due, retries, counts);
  }

  /** The survey goes on after it had ended; its claims make batches go on again. */
  Claims reopened() {
    return new Claims(number, searchedAt, 0, wish, found, maybeSent, members, due, retries, counts);
  }

  /** The number up to which claims no longer make batches go on; 0: the present claims do. */
  long over() {
    return endedAt == number ? number : 0;
  }

  /** True when the survey has ended and others have taken up some of its batches since. */
  boolean goesOnForOthers() {
    return over() > 0 && counts.active() > 0;
  }

  /**
   * The survey wants nothing any more. Found batches that were surely never told are not told this
   * either.
   */
  Claims letGo() {
    return new Claims(
        number + 1,
        searchedAt,
        endedAt,
        wish.letGo(),
        found,
        Math.max(maybeSent, Math.min(WINDOW, found.size())),
        members,
        TreePSet.from(members.keySet()),
        TreePSet.empty(),
        counts);
  }

  /** After {@link #letGo()}: every batch is wanted again, and failed ones are taken up. */
  Claims takeUpAll() {
    TreePSet<BatchId> all = TreePSet.from(members.keySet());
    return new Claims(
        number + 1, searchedAt, endedAt, wish.again(), found, 0, members, all, all, counts);
  }

  /**
   * Failed batches are taken up, and so are those that others have taken up since the survey ended:
   * they may have failed again because the survey did not count.
   */
  Claims takeUpFailed() {
    boolean active = goesOnForOthers();
    TreePSet<BatchId> failed =
        concerned(
            TreePSet.empty(),
            standing ->
                standing.state() == BatchState.FAILED
                    || (active && !standing.state().isTerminal()));
    return changed(due.plusAll(failed), retries.plusAll(failed));
  }

  /** Batches that are not done are told the new priority. */
  Claims reprioritised() {
    return changed(
        concerned(due, standing -> standing.state() != BatchState.DONE && !standing.skipped()),
        retries);
  }

  private TreePSet<BatchId> concerned(TreePSet<BatchId> and, Predicate<Standing> which) {
    TreePSet<BatchId> all = and;
    for (Map.Entry<BatchId, Member> entry : members.entrySet()) {
      if (which.test(entry.getValue().standing())) {
        all = all.plus(entry.getKey());
      }
    }
    return all;
  }

  private Claims changed(TreePSet<BatchId> nextDue, TreePSet<BatchId> nextRetries) {
    return new Claims(
        number + 1,
        searchedAt,
        endedAt,
        wish,
        found,
        maybeSent,
        members,
        nextDue,
        nextRetries,
        counts);
  }

  /** A new search of the source begins. What it finds is told to known batches, too. */
  Claims searchedAnew() {
    return new Claims(
        number, number, endedAt, wish, found, maybeSent, members, due, retries, counts);
  }

  /** True when the claim that this batch is sent now is to take it up again if it has failed. */
  boolean isRetryDue(BatchId batch) {
    return !members.containsKey(batch) || retries.contains(batch);
  }

  private Claims with(
      OrderedPMap<BatchId, Found> nextFound,
      int nextMaybeSent,
      TreePMap<BatchId, Member> nextMembers,
      TreePSet<BatchId> nextDue,
      Counts nextCounts) {
    return new Claims(
        number,
        searchedAt,
        endedAt,
        wish,
        nextFound,
        nextMaybeSent,
        nextMembers,
        nextDue,
        retries,
        nextCounts);
  }
}
