package refinery.figures;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import java.net.URL;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.storage.Sha256;

/**
 * Which genes are mitochondrial, by species ({@code conf/rules/mitochondrial-genes.conf}).
 *
 * @param lists by species, as {@code homo_sapiens}
 */
public record MitochondrialGenes(Map<String, GeneList> lists) {
  private static final String FILE = "rules/mitochondrial-genes.conf";
  private static final Set<String> KEYS = Set.of("prefixes", "genes");

  /** The same for the same lists, and another for others. */
  public String digest() {
    StringBuilder words = new StringBuilder();
    new TreeMap<>(lists)
        .forEach((species, list) -> words.append(species + " " + list.words() + "\n"));
    return Sha256.of(words.toString());
  }

  /**
   * @param prefixes of symbols
   * @param genes whole symbols or ids
   */
  public record GeneList(List<String> prefixes, Set<String> genes) {
    public GeneList {
      prefixes = List.copyOf(prefixes);
      genes = Set.copyOf(genes);
    }

    private String words() {
      return prefixes + " " + new TreeSet<>(genes);
    }

    private BitSet in(Features features) {
      BitSet found = new BitSet();
      for (int gene = 0; gene < features.size(); gene++) {
        String symbol = features.symbols().get(gene);
        found.set(
            gene,
            prefixes.stream().anyMatch(symbol::startsWith)
                || genes.contains(symbol)
                || genes.contains(features.ids().get(gene)));
      }
      return found;
    }
  }

  /**
   * The genes of a matrix that are mitochondrial.
   *
   * @param species whose list was used; empty if no list fits
   */
  public record Found(String species, BitSet genes) {}

  public MitochondrialGenes {
    lists = Map.copyOf(new TreeMap<>(lists));
  }

  /**
   * Reads the file; every error names it, with the line and the key.
   *
   * @throws ConfigurationException for the first error
   */
  public static MitochondrialGenes load() {
    URL url = MitochondrialGenes.class.getClassLoader().getResource(FILE);
    if (url == null) {
      throw new ConfigurationException("conf/" + FILE + " is missing");
    }
    try {
      return of(ConfigFactory.parseURL(url).resolve());
    } catch (ConfigException wrong) {
      throw new ConfigurationException(Configuration.oneLine(wrong));
    }
  }

  static MitochondrialGenes of(Config file) {
    Map<String, GeneList> lists = new TreeMap<>();
    for (String species : file.root().keySet()) {
      if (file.root().get(species).valueType() != ConfigValueType.OBJECT) {
        throw new ConfigException.BadValue(
            file.root().get(species).origin(), species, "must have prefixes or genes");
      }
      Config entry = file.getConfig(ConfigUtil.quoteString(species));
      for (String key : entry.root().keySet()) {
        if (!KEYS.contains(key)) {
          throw new ConfigException.BadValue(
              entry.root().get(key).origin(), species + "." + key, "is not one of " + KEYS);
        }
      }
      lists.put(
          species,
          new GeneList(strings(entry, "prefixes"), new HashSet<>(strings(entry, "genes"))));
    }
    return new MitochondrialGenes(lists);
  }

  private static List<String> strings(Config entry, String key) {
    return entry.hasPath(key) ? entry.getStringList(key) : List.of();
  }

  /**
   * Uses the species' own list. For a species without one, or none stated, the list that finds most
   * genes.
   */
  public Found in(Features features, String species) {
    GeneList own = lists.get(species);
    if (own != null) {
      return new Found(species, own.in(features));
    }
    Found best = new Found("", new BitSet());
    for (Map.Entry<String, GeneList> list : new TreeMap<>(lists).entrySet()) {
      BitSet found = list.getValue().in(features);
      if (found.cardinality() > best.genes().cardinality()) {
        best = new Found(list.getKey(), found);
      }
    }
    return best;
  }
}
