package refinery.expression;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which gene a transcript belongs to: tximport's tx2gene. Used by one thread. */
public final class GeneMap {
  private final Map<String, String> genes = new HashMap<>();
  private int duplicates;

  /** Adds a row. Of several for a transcript the first counts, as in tximport. */
  public void add(String transcript, String gene) {
    if (genes.putIfAbsent(transcript, gene) != null) {
      duplicates++;
    }
  }

  Optional<String> gene(String transcript) {
    return Optional.ofNullable(genes.get(transcript));
  }

  public int size() {
    return genes.size();
  }

  /** Rows left out because their transcript had one. */
  public int duplicates() {
    return duplicates;
  }

  String example() {
    return genes.keySet().stream().findFirst().orElse("nothing");
  }
}
