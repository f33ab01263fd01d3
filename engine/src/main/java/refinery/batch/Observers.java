package refinery.batch;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.pcollections.OrderedPMap;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Observer;

/**
 * Whoever is told the state of a batch, in the order they came, and which revision each has
 * acknowledged. Immutable.
 */
public record Observers(OrderedPMap<Observer, Entry> entries) {
  static final Observers NONE = new Observers(OrderedPMap.empty());

  /** What an observer wants and what it knows. */
  public sealed interface Entry {
    /** The last revision that the observer acknowledged. */
    long informed();

    Entry informed(long revision);

    /** True when the observer wants to be told. */
    boolean listens();
  }

  /**
   * A survey that ever found the batch.
   *
   * @param claim the survey's latest
   * @param at the batch's revision when this claim was made
   * @param over the survey has ended, and its claims up to this number no longer make the batch go
   *     on; 0: none
   */
  public record Claimed(Claim claim, long at, long informed, long over) implements Entry {
    @Override
    public Claimed informed(long revision) {
      return new Claimed(claim, at, Math.max(informed, revision), over);
    }

    Claimed over(long number) {
      return new Claimed(claim, at, informed, Math.max(over, number));
    }

    /**
     * True when the claim makes the batch go on. A survey that has ended is still told of the
     * batch, but does not make it go on.
     */
    boolean counts() {
      return claim.wanted() && over < claim.number();
    }

    @Override
    public boolean listens() {
      return claim.wanted();
    }
  }

  /**
   * Another batch that used an output of this one.
   *
   * @param generation of that batch's process job
   * @param artifact what this batch's pipeline calls the output
   * @param sha256 of the output as it was used
   */
  public record Used(int generation, String artifact, String sha256, long informed)
      implements Entry {
    @Override
    public Used informed(long revision) {
      return new Used(generation, artifact, sha256, Math.max(informed, revision));
    }

    @Override
    public boolean listens() {
      return true;
    }
  }

  Observers with(Observer observer, Entry entry) {
    return new Observers(entries.plus(observer, entry));
  }

  Optional<Entry> find(Observer observer) {
    return Optional.ofNullable(entries.get(observer));
  }

  /** The claim of a survey, if it ever found the batch. */
  public Optional<Claimed> claimed(SurveyId survey) {
    return find(new Observer.OfSurvey(survey)).map(entry -> (Claimed) entry);
  }

  Optional<Used> used(BatchId by) {
    return find(new Observer.OfBatch(by)).map(entry -> (Used) entry);
  }

  Observers over(SurveyId survey, long number) {
    return claimed(survey)
        .map(claimed -> with(new Observer.OfSurvey(survey), claimed.over(number)))
        .orElse(this);
  }

  Observers informed(Observer observer, long revision) {
    return with(observer, entries.get(observer).informed(revision));
  }

  /** True when this acknowledgement changes anything. */
  boolean isNews(Observer observer, long revision, long over) {
    return find(observer)
        .filter(
            entry ->
                entry.informed() < revision
                    || (entry instanceof Claimed claimed
                        && claimed.counts()
                        && !claimed.over(over).counts()))
        .isPresent();
  }

  /** Those that have not acknowledged this revision yet. */
  List<Observer> due(long revision) {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().listens() && entry.getValue().informed() < revision)
        .map(entry -> entry.getKey())
        .toList();
  }

  private Stream<Claimed> claimed() {
    return entries.values().stream()
        .flatMap(
            entry ->
                switch (entry) {
                  case Claimed claimed -> Stream.of(claimed);
                  case Used used -> Stream.empty();
                });
  }

  /** The claims that make the batch go on. */
  Stream<Claim> wanting() {
    return claimed().filter(Claimed::counts).map(Claimed::claim);
  }

  /** The claim of a survey that has let the batch go at this revision or later. */
  Optional<Claim> letGoSince(long revision) {
    return claimed()
        .filter(claimed -> !claimed.claim().wanted() && !claimed.claim().held())
        .filter(claimed -> claimed.at() >= revision)
        .map(Claimed::claim)
        .findFirst();
  }

  /** The ids of those that are told the state of the batch. */
  List<String> listening() {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().listens())
        .map(
            entry ->
                switch (entry.getKey()) {
                  case Observer.OfSurvey survey -> survey.survey().value();
                  case Observer.OfBatch batch -> batch.batch().value();
                })
        .toList();
  }

  /** All surveys that ever found the batch. */
  List<SurveyId> surveys() {
    return claimed().map(claimed -> claimed.claim().survey()).toList();
  }
}
