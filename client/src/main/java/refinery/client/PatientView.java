package refinery.client;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A view of a node that is looked at again and again. A node that does not answer is asked again:
 * it may come back, or another at its address. One thread looks.
 */
public final class PatientView implements Supplier<String> {
  private final String url;
  private final Supplier<String> view;
  private Optional<Instant> awaySince = Optional.empty();

  public PatientView(String url, Supplier<String> view) {
    this.url = url;
    this.view = view;
  }

  /**
   * The view, or since when the node is away.
   *
   * @throws CommandFailure what the node refuses
   */
  @Override
  public String get() {
    try {
      String seen = view.get();
      awaySince = Optional.empty();
      return seen;
    } catch (CommandFailure failure) {
      if (failure.exitCode() != CommandFailure.UNREACHABLE) {
        throw failure;
      }
      Instant since = awaySince.orElseGet(Instant::now);
      awaySince = Optional.of(since);
      return "%s is away since %s, trying again: %s%n"
          .formatted(url, since.truncatedTo(ChronoUnit.SECONDS), failure.getMessage());
    }
  }
}
