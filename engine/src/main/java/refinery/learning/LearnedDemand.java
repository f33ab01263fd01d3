package refinery.learning;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.Resources;
import refinery.protocol.job.WorkSize;

/**
 * Says what a process job reserves instead of what its pipeline declares. Bounded: a few numbers
 * for each pipeline and size. Thread-safe, and no method blocks.
 */
public final class LearnedDemand {
  private static final Logger LOG = LoggerFactory.getLogger(LearnedDemand.class);

  /** Steps between two powers of two, so that few different reservations come out. */
  private static final int STEPS = 4;

  private record Key(String pipeline, WorkSize size) {}

  private final LearningConfig config;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Map<Key, Experience> known = Map.of();

  public LearnedDemand(LearningConfig config) {
    this.config = config;
  }

  /** Asks for what jobs used, unless the last question is not answered yet. */
  public void refresh(Supplier<CompletionStage<List<Experience>>> question) {
    if (!config.enabled() || !looking.compareAndSet(false, true)) {
      return;
    }
    try {
      question.get().whenComplete((answer, failure) -> answered(answer, failure));
    } catch (RuntimeException refused) {
      answered(List.of(), refused);
    }
  }

  private void answered(List<Experience> answer, Throwable failure) {
    if (failure == null) {
      known =
          answer.stream()
              .collect(
                  Collectors.toUnmodifiableMap(
                      each -> new Key(each.pipeline(), each.size()),
                      Function.identity(),
                      (one, other) -> one));
    } else {
      LOG.debug("what jobs used cannot be read; what was learned before stays", failure);
    }
    looking.set(false);
  }

  /**
   * Memory and disk by what comparable jobs used; cpu stays. Memory is at least what the pipeline
   * declares for no input, and at most what it declares, or what a comparable job had to be raised
   * to. Disk is never more than is declared. Empty if that is what is declared anyway.
   *
   * @param least what the pipeline declares for no input
   */
  public Optional<Resources> of(
      String pipeline, WorkSize size, Resources declared, Resources least) {
    Experience experience = known.get(new Key(pipeline, size));
    if (!config.enabled() || experience == null || experience.runs() < config.leastRuns()) {
      return Optional.empty();
    }
    long memory =
        between(
            experience.memory(),
            Math.min(least.memory(), declared.memory()),
            Math.max(declared.memory(), experience.held().memory()));
    long disk =
        experience.scratch() == 0
            ? declared.disk()
            : between(
                experience.scratch(), Math.min(least.disk(), declared.disk()), declared.disk());
    Resources learned = new Resources(declared.cpu(), memory, disk, declared.tokens());
    return learned.equals(declared) ? Optional.empty() : Optional.of(learned);
  }

  private long between(long used, long least, long most) {
    return Math.clamp(rounded(used * (1 + config.margin())), least, most);
  }

  /** Up to the next quarter between two powers of two. */
  static long rounded(double bytes) {
    long whole = (long) Math.ceil(Math.max(1, bytes));
    long power = Long.highestOneBit(whole);
    long step = Math.max(1, power / STEPS);
    return power + (whole - power + step - 1) / step * step;
  }
}
