package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Every command says what it does, what each of its options means, and how it is used. */
class HelpTest {
  private static final CommandLine PROGRAM = RefineryCommand.tree();

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

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasExamplesThatAreUnderstood(String name) {
    CommandSpec spec = command(name).getCommandSpec();
    assertThat(spec.usageMessage().footer()).as(name).isNotEmpty();
    for (String example : Examples.of(spec)) {
      Matcher program = Pattern.compile("refinery ([^|()]*)").matcher(example);
      assertThat(program.find()).as(example).isTrue();
      List<String> words =
          Pattern.compile("\"([^\"]*)\"|(\\S+)")
              .matcher(program.group(1))
              .results()
              .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
              .toList();
      PROGRAM.parseArgs(words.toArray(String[]::new));
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
