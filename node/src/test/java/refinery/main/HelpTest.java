package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/** Every command says what it does, what each of its options means, and how it is used. */
class HelpTest {
  private static final CommandLine PROGRAM = RefineryCommand.tree();

  private static final Set<String> LISTING = Set.of("--columns", "--sort", "--limit");

  private static final Pattern FENCED = Pattern.compile("(?ms)^```\\w*\n(.*?)^```$");

  private static final Pattern MENTIONED = Pattern.compile("`(?:\\./)?(refinery [^`]+)`");

  @TempDir Path temp;

  static Stream<String> commands() {
    List<String> names = new ArrayList<>();
    collect(PROGRAM, names);
    return names.stream();
  }

  private static void collect(CommandLine command, List<String> names) {
    names.add(command.getCommandSpec().qualifiedName());
    command.getSubcommands().values().forEach(sub -> collect(sub, names));
  }

  private static CommandLine command(String name) {
    CommandLine found = PROGRAM;
    for (String word : name.split(" ")) {
      found = word.equals("refinery") ? found : found.getSubcommands().get(word);
    }
    return found;
  }

  /** The command that the words are for. */
  private static ParseResult command(ParseResult read) {
    return read.hasSubcommand() ? command(read.subcommand()) : read;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everythingIsDescribed(String name) {
    CommandSpec spec = command(name).getCommandSpec();
    assertThat(spec.usageMessage().description()).as(name).isNotEmpty();
    assertThat(spec.options())
        .filteredOn(option -> !option.hidden())
        .allSatisfy(
            option -> assertThat(option.description()).as(option.longestName()).isNotEmpty());
    assertThat(spec.positionalParameters())
        .filteredOn(parameter -> !parameter.hidden())
        .allSatisfy(
            parameter ->
                assertThat(parameter.description()).as(parameter.paramLabel()).isNotEmpty());
    assertThat(command(name).getUsageMessage().lines())
        .as("fits a terminal")
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110));
  }

  @Test
  void everyCommandHasExamplesOfItselfThatAreUnderstood() {
    List<String> lines = new ArrayList<>();
    List<String> owners = new ArrayList<>();
    for (String name : commands().toList()) {
      UsageMessageSpec help = command(name).getCommandSpec().usageMessage();
      assertThat(help.description())
          .as("examples of %s are in examples.txt", name)
          .noneMatch(line -> line.contains("Example"));
      List<String> shown = Arrays.asList(help.footer());
      assertThat(shown).as(name).startsWith("", "Examples:").hasSizeGreaterThan(2);
      for (String line : shown.subList(2, shown.size())) {
        lines.add(line.replace("%%", "%"));
        owners.add(name);
      }
    }
    List<List<List<String>>> calls = CommandLines.calls("refinery", lines, temp);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      assertThat(calls.get(i)).as(line).hasSize(1);
      ParseResult read = PROGRAM.parseArgs(calls.get(i).getFirst().toArray(String[]::new));
      assertThat(command(read).commandSpec().qualifiedName()).as(line).startsWith(owners.get(i));
    }
  }

  @Test
  void aPhraseInAnExampleReachesTheProgramWithItsQuotes() {
    assertThat(Examples.of(command("refinery search").getCommandSpec()))
        .anySatisfy(
            example ->
                assertThat(CommandLines.words("refinery", example))
                    .startsWith("search", "\"heat shock\" -mock"));
  }

  @Test
  void examplesAreOfCommandsThatThereAre() throws IOException {
    try (InputStream examples = HelpTest.class.getResourceAsStream("examples.txt")) {
      String text = new String(examples.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(
              text.lines()
                  .filter(line -> line.startsWith("["))
                  .map(line -> "refinery " + line.substring(1, line.length() - 1)))
          .doesNotHaveDuplicates()
          .isSubsetOf(commands().toList());
    }
  }

  static Stream<Path> pages() throws IOException {
    Path root = Path.of(System.getProperty("refinery.root", ".."));
    try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      List<Path> pages =
          new ArrayList<>(docs.filter(file -> file.toString().endsWith(".md")).toList());
      pages.addAll(List.of(root.resolve("README.md"), root.resolve("docker/README.md")));
      return pages.stream();
    }
  }

  /** A list says that it lists, is called a list, or has one of the options of lists. */
  private static boolean isList(CommandSpec command) {
    Stream<String> words =
        Stream.concat(
            Stream.of(command.name()), Stream.of(command.usageMessage().description()).limit(1));
    return words.anyMatch(word -> word.matches("list|(List|Search) .*"))
        || LISTING.stream().anyMatch(command.optionsMap()::containsKey);
  }

  @Test
  void everyListHasTheOptionsOfListsAndHeedsThem() {
    List<String> lists =
        commands().filter(name -> isList(command(name).getCommandSpec())).distinct().toList();
    assertThat(lists)
        .contains("refinery search", "refinery pipelines", "refinery audit", "refinery nodes")
        .contains("refinery schedule list", "refinery dataset list", "refinery batches");
    for (String list : lists) {
      assertThat(command(list).getCommandSpec().optionsMap())
          .as(list)
          .containsKeys("--json", "--watch", "--columns", "--sort", "--limit");
      assertThat(refused(list, "--sort", "-none")).contains("there is no column 'none'");
      assertThat(refused(list, "--columns", "none")).contains("there is no column 'none'");
      assertThat(refused(list, "--watch", "0")).contains("--watch must be at least 1");
      assertThat(refused(list, "--limit", "0")).contains("--limit must be at least 1");
      assertThat(refused(list, "--json", "--sort", "id")).contains("--sort are of the table");
    }
  }

  /** What a command says that refuses its options, before it asks a node. */
  private static String refused(String command, String... options) {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.removeFirst();
    words.addAll(List.of(options));
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    assertThat(RefineryCommand.run(out, out, words.toArray(String[]::new)))
        .as(command)
        .isEqualTo(2);
    return said.toString();
  }

  /** What stands between fences is typed as it is there, but for an ellipsis. */
  @Test
  void whatPagesSayToTypeIsUnderstood() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path page : pages().toList()) {
      FENCED
          .matcher(Files.readString(page))
          .results()
          .flatMap(block -> block.group(1).replace("\\\n", " ").lines())
          .filter(line -> line.matches("(.*\\W)?\\./refinery .*|refinery .*"))
          .map(line -> line.replace("./refinery", "refinery"))
          .forEach(lines::add);
    }
    assertThat(lines).hasSizeGreaterThan(20);
    List<List<List<String>>> calls = CommandLines.calls("refinery", lines, temp);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(calls.get(i)).as(lines.get(i)).isNotEmpty();
      for (List<String> call : calls.get(i)) {
        List<String> words = call.stream().filter(word -> !word.equals("...")).toList();
        assertThatCode(() -> CommandLines.parse(words)).as(lines.get(i)).doesNotThrowAnyException();
      }
    }
  }

  /** In a sentence a command may lack what it needs, and {@code [a|b]} says what it may have. */
  @ParameterizedTest
  @MethodSource("pages")
  void commandsAndOptionsThatPagesMentionAreThere(Path page) throws IOException {
    List<String> mentions =
        MENTIONED
            .matcher(FENCED.matcher(Files.readString(page)).replaceAll(""))
            .results()
            .map(mention -> mention.group(1).replaceAll("\\\\?\\|\\S*|[\\[\\]]|\\.\\.\\.", ""))
            .toList();
    List<List<List<String>>> calls = CommandLines.calls("refinery", mentions, temp);
    for (int i = 0; i < mentions.size(); i++) {
      assertThat(calls.get(i)).as(mentions.get(i)).hasSize(1);
      List<String> words = calls.get(i).getFirst();
      try {
        CommandLines.parse(words);
      } catch (MissingParameterException missing) {
        assertThat(words.stream().filter(word -> word.startsWith("-")))
            .as(mentions.get(i))
            .isSubsetOf(missing.getCommandLine().getCommandSpec().optionsMap().keySet());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void completionsNameEveryCommandAndItsOptions(String shell) throws Exception {
    String script = completion(shell);
    assertThat(script).contains("refinery", "surveys", "watch", "undrain", "columns");
    if (!shell.equals("fish")) {
      Path file = temp.resolve("completion");
      Files.writeString(
          file,
          script
              + "\n"
              + "COMP_WORDS=(refinery sur); COMP_CWORD=1; _complete_refinery; echo"
              + " \"${COMPREPLY[*]}\"");
      Process bash =
          new ProcessBuilder(
                  "bash",
                  "--norc",
                  "-c",
                  "set +e; source " + (shell.equals("zsh") ? "<(tail -n +2 " + file + ")" : file))
              .redirectErrorStream(true)
              .start();
      String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).contains("survey").contains("surveys");
    }
  }

  private static String completion(String shell) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    assertThat(RefineryCommand.run(out, out, "completion", shell)).isZero();
    return said.toString();
  }

  @Test
  void anUnknownShellIsWrongUsage() {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    assertThat(RefineryCommand.run(out, out, "completion", "cmd.exe")).isEqualTo(2);
    assertThat(said.toString()).contains("bash").hasLineCount(1);
  }
}
