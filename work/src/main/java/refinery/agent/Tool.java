package refinery.agent;

import java.util.List;
import java.util.Optional;

/**
 * A program that a node's attempts run.
 *
 * @param program its name on the PATH, or its absolute path
 * @param user what runs it, for people, such as {@code pipeline salmon-quant}
 * @param version how to ask for its version; empty when nobody needs to know
 */
public record Tool(String program, String user, Optional<Version> version) {

  /**
   * @param name the tool's name, as people call it
   * @param command argument vector that prints the version; the first word is the program
   */
  public record Version(String name, List<String> command) {
    public Version {
      command = List.copyOf(command);
    }
  }

  /** A program whose version nobody needs to know. */
  public static Tool of(String program, String user) {
    return new Tool(program, user, Optional.empty());
  }

  /** A program whose version is printed by {@code command}. */
  public static Tool asked(String name, List<String> command, String user) {
    return new Tool(command.getFirst(), user, Optional.of(new Version(name, command)));
  }
}
