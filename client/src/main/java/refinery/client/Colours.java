package refinery.client;

import java.util.Map;

/** Colours of the words that are states, as all lists use them; no other word is coloured. */
final class Colours {
  private static final String GREEN = "32";
  private static final String RED = "31";
  private static final String YELLOW = "33";
  private static final String CYAN = "36";

  private static final Map<String, String> OF_STATES =
      Map.ofEntries(
          Map.entry("done", GREEN),
          Map.entry("succeeded", GREEN),
          Map.entry("up", GREEN),
          Map.entry("failed", RED),
          Map.entry("done_with_failures", RED),
          Map.entry("unreachable", RED),
          Map.entry("waiting", YELLOW),
          Map.entry("unplaceable", YELLOW),
          Map.entry("awaiting_input", YELLOW),
          Map.entry("draining", YELLOW),
          Map.entry("running", CYAN),
          Map.entry("downloading", CYAN),
          Map.entry("processing", CYAN));

  private Colours() {}

  static String painted(String word) {
    String colour = OF_STATES.get(word);
    return colour == null ? word : "\u001b[" + colour + "m" + word + "\u001b[0m";
  }
}
