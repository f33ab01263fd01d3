package refinery.archive.ensembl;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.archive.AnswerText;
import refinery.archive.MalformedAnswer;

/**
 * The collection in which a genome lies: the part of its core database's name up to {@code
 * _collection}, as Ensembl Genomes' {@code species_EnsemblX.txt} states it. Rows there have one
 * field more than the header, because of a trailing tab.
 */
record Collections(Map<String, String> bySpecies) {
  private static final Pattern CORE = Pattern.compile("([A-Za-z0-9_]+_collection)_core_\\d+_.*");

  /** Columns beyond these are not needed. */
  private static final int MOST_COLUMNS = 64;

  static final Collections NONE = new Collections(Map.of());

  Collections {
    bySpecies = Map.copyOf(bySpecies);
  }

  Optional<String> of(String species) {
    return Optional.ofNullable(bySpecies.get(species));
  }

  static Collections read(AnswerText text) throws IOException, MalformedAnswer {
    String header = Optional.ofNullable(text.line()).orElse("");
    List<String> names = Arrays.asList(header.split("\t", MOST_COLUMNS));
    int species = names.indexOf("species");
    int core = names.indexOf("core_db");
    if (species < 0 || core < 0) {
      throw new MalformedAnswer("not a table of species");
    }
    Map<String, String> found = new HashMap<>();
    for (String line = text.line(); line != null; line = text.line()) {
      String[] fields = line.split("\t", MOST_COLUMNS);
      if (fields.length > Math.max(species, core)) {
        Matcher matcher = CORE.matcher(fields[core]);
        if (matcher.matches()) {
          found.put(fields[species], matcher.group(1));
        }
      }
    }
    return new Collections(found);
  }
}
