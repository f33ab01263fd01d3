package refinery.transfer;

import java.util.List;
import java.util.stream.Collectors;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/**
 * A failure at one location.
 *
 * @param subject the file, or the run when all its files were concerned
 */
record Setback(String archive, String subject, String url, Failure failure) {

  /** True if no other location can help, because the node itself lacks something. */
  boolean isFinal() {
    return switch (failure.failureClass()) {
      case OUT_OF_DISK, OUT_OF_MEMORY, NODE_LOST -> true;
      case TRANSIENT, STALLED, CORRUPT, ABSENT, PERMANENT -> false;
    };
  }

  /** The failure in words. They tell "ena did not answer" from "ena has no copy". */
  String text() {
    String kind =
        switch (failure.failureClass()) {
          case TRANSIENT -> "did not answer";
          case STALLED -> "made no progress";
          case CORRUPT -> "delivered a bad copy";
          case ABSENT -> "has no copy";
          case PERMANENT -> "cannot be used";
          case OUT_OF_DISK, OUT_OF_MEMORY, NODE_LOST -> "was broken off";
        };
    return "%s %s of %s: %s (%s)".formatted(archive, kind, subject, failure.message(), url);
  }

  /**
   * The failure of a download when all locations have failed. Its class is the most hopeful one;
   * among hopeless ones a location with a bad file counts more than one without a file.
   */
  static Failure verdict(String key, List<Setback> setbacks) {
    if (setbacks.isEmpty()) {
      return Failure.of(
          FailureClass.ABSENT, "no archive states a location for the files of " + key);
    }
    Setback best = setbacks.getFirst();
    for (Setback setback : setbacks) {
      if (hope(setback) > hope(best)) {
        best = setback;
      }
    }
    String all = setbacks.stream().map(Setback::text).collect(Collectors.joining("; "));
    return new Failure(
        best.failure().failureClass(), "no location delivered " + key + ": " + all, best.subject());
  }

  private static int hope(Setback setback) {
    return switch (setback.failure().failureClass()) {
      case NODE_LOST -> 8;
      case OUT_OF_DISK -> 7;
      case OUT_OF_MEMORY -> 6;
      case TRANSIENT -> 5;
      case STALLED -> 4;
      case CORRUPT -> 3;
      case PERMANENT -> 2;
      case ABSENT -> 1;
    };
  }
}
