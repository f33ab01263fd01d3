package refinery.client.crate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.client.crate.CrateDocument.Output;

/**
 * What a second run of a batch made, beside the first.
 *
 * @param outputs a line for each file
 * @param conditions a line for each input, tool or version that is not the same
 * @param reproduced whether all outputs are as they were
 */
public record Comparison(List<String> outputs, List<String> conditions, boolean reproduced) {
  public Comparison {
    outputs = List.copyOf(outputs);
    conditions = List.copyOf(conditions);
  }

  /** Compares the bytes of two files whose digests differ. */
  @FunctionalInterface
  public interface Contents {
    ContentDifference compare(Output first, Output second);
  }

  public static Comparison of(CrateDocument first, CrateDocument second, Contents contents) {
    Map<String, Output> before = first.outputs();
    Map<String, Output> after = second.outputs();
    List<String> outputs = new ArrayList<>();
    boolean reproduced = !before.isEmpty();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      Output one = before.get(name);
      Output two = after.get(name);
      if (one == null || two == null) {
        outputs.add(name + (one == null ? ": new" : ": not made again"));
        reproduced = false;
      } else if (one.sha256().equals(two.sha256())) {
        outputs.add(name + ": equal, sha256 " + one.sha256());
      } else {
        ContentDifference difference = contents.compare(one, two);
        outputs.add(name + ": " + difference.words());
        reproduced &= difference.counts() == ContentDifference.Weight.NONE;
      }
    }
    return new Comparison(outputs, conditions(first, second), reproduced);
  }

  private static List<String> conditions(CrateDocument first, CrateDocument second) {
    Map<String, String> before = new TreeMap<>(first.conditions());
    Map<String, String> after = new TreeMap<>(second.conditions());
    List<String> lines = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      String was = before.get(name);
      String is = after.get(name);
      if (!Objects.equals(was, is)) {
        lines.add(
            "%s: %s, now %s"
                .formatted(name, was == null ? "not told" : was, is == null ? "not told" : is));
      }
    }
    return lines;
  }
}
