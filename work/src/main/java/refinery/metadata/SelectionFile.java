package refinery.metadata;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;

/**
 * Reads the rules of selection ({@code conf/rules/selection.conf}, else the shipped ones); every
 * error names the file, the line and the key.
 */
public final class SelectionFile {
  private static final String FILE = "rules/selection.conf";

  private final Harmonisation harmonisation;
  private final Set<String> ids = new HashSet<>();

  private SelectionFile(Harmonisation harmonisation) {
    this.harmonisation = harmonisation;
  }

  /**
   * @throws ConfigurationException for the first error
   */
  public static Selection load() {
    URL url = SelectionFile.class.getClassLoader().getResource(FILE);
    if (url == null) {
      throw new ConfigurationException("conf/" + FILE + " is missing");
    }
    return read(HarmonisationFile.load(), () -> ConfigFactory.parseURL(url));
  }

  static Selection read(Harmonisation harmonisation, Supplier<Config> file) {
    try {
      return new SelectionFile(harmonisation).selection(file.get().resolve());
    } catch (ConfigException e) {
      throw new ConfigurationException(Configuration.oneLine(e));
    }
  }

  private Selection selection(Config file) {
    HarmonisationFile.known(file, "", Set.of("words", "numbers"));
    List<Selection.Words> words = new ArrayList<>();
    for (Config rule : file.getConfigList("words")) {
      words.add(words(rule, "words[" + words.size() + "]"));
    }
    List<Selection.Number> numbers = new ArrayList<>();
    for (Config rule : file.getConfigList("numbers")) {
      numbers.add(number(rule, "numbers[" + numbers.size() + "]"));
    }
    return new Selection(harmonisation, words, numbers);
  }

  private Selection.Words words(Config rule, String path) {
    HarmonisationFile.known(rule, path, Set.of("id", "in", "match"));
    try {
      Pattern match =
          Pattern.compile(rule.getString("match"), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
      return new Selection.Words(id(rule, path), rule.getStringList("in"), match);
    } catch (PatternSyntaxException e) {
      throw HarmonisationFile.wrong(
          rule, path + ".match", "is no regular expression: " + e.getDescription());
    }
  }

  private Selection.Number number(Config rule, String path) {
    HarmonisationFile.known(rule, path, Set.of("id", "field", "least"));
    String field = rule.getString("field");
    if (harmonisation.fields().stream().noneMatch(known -> known.name().equals(field))) {
      throw HarmonisationFile.wrong(
          rule, path + ".field", "there is no harmonised field '" + field + "'");
    }
    return new Selection.Number(id(rule, path), field, rule.getLong("least"));
  }

  private String id(Config rule, String path) {
    String id = rule.getString("id");
    if (id.isBlank() || !ids.add(id)) {
      throw HarmonisationFile.wrong(rule, path + ".id", "must be an id that no other rule has");
    }
    return id;
  }
}
