package refinery.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills in {@code ${name}}. A value never becomes more than one argument. Only an argument that is
 * exactly the name of a list, such as {@code ${command}}, becomes all its elements.
 */
final class Placeholders {
  static final Pattern NAME = Pattern.compile("\\$\\{([a-z][a-z0-9_.-]*)}");

  private final Map<String, String> values;
  private final Map<String, List<String>> lists;

  Placeholders(Map<String, String> values, Map<String, List<String>> lists) {
    this.values = Map.copyOf(values);
    this.lists = Map.copyOf(lists);
  }

  /** The same with other values for these names. */
  Placeholders with(Map<String, String> others) {
    Map<String, String> all = new HashMap<>(values);
    all.putAll(others);
    return new Placeholders(all, lists);
  }

  List<String> arguments(List<String> templates) {
    List<String> arguments = new ArrayList<>();
    for (String template : templates) {
      Matcher matcher = NAME.matcher(template);
      if (matcher.matches() && lists.containsKey(matcher.group(1))) {
        arguments.addAll(lists.get(matcher.group(1)));
      } else {
        arguments.add(text(template));
      }
    }
    return arguments;
  }

  String text(String template) {
    return NAME.matcher(template)
        .replaceAll(
            match -> {
              String value = values.get(match.group(1));
              if (value == null) {
                throw new IllegalArgumentException(
                    "nothing is known of ${"
                        + match.group(1)
                        + "}; known are "
                        + new TreeSet<>(values.keySet()));
              }
              return Matcher.quoteReplacement(value);
            });
  }

  static Set<String> names(String template) {
    Set<String> names = new TreeSet<>();
    NAME.matcher(template).results().forEach(match -> names.add(match.group(1)));
    return names;
  }
}
