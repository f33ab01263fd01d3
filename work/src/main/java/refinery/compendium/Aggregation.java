package refinery.compendium;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which samples stand in one matrix together. The words and the keys are refine.bio's. */
public enum Aggregation {
  /** A matrix for each experiment; a sample of several is in each. */
  EXPERIMENT("experiment"),
  /** A matrix for each species, as {@code HOMO_SAPIENS}. */
  SPECIES("species"),
  ALL("all");

  /** The key of samples whose archive does not say. */
  public static final String UNKNOWN = "UNKNOWN";

  private final String word;

  Aggregation(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** What decides where a sample belongs; empty is not known. */
  public record Member(List<String> experiments, String species) {
    public Member {
      experiments = List.copyOf(experiments);
    }
  }

  /**
   * The samples' numbers by key, in the order of keys. Keys have only letters, digits and {@code
   * ._-} and do not begin with a point, so they can name files.
   */
  public SortedMap<String, List<Integer>> groups(List<Member> members) {
    SortedMap<String, List<Integer>> groups = new TreeMap<>();
    for (int number = 0; number < members.size(); number++) {
      for (String key : keys(members.get(number))) {
        List<Integer> group = groups.computeIfAbsent(key, k -> new ArrayList<>());
        if (group.isEmpty() || group.getLast() != number) {
          group.add(number);
        }
      }
    }
    return groups;
  }

  private List<String> keys(Member member) {
    return switch (this) {
      case ALL -> List.of("ALL");
      case SPECIES -> List.of(key(member.species().toUpperCase(Locale.ROOT)));
      case EXPERIMENT ->
          member.experiments().isEmpty()
              ? List.of(UNKNOWN)
              : member.experiments().stream().map(Aggregation::key).toList();
    };
  }

  private static String key(String name) {
    String safe = name.strip().replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.", "_");
    return safe.isEmpty() ? UNKNOWN : safe;
  }
}
