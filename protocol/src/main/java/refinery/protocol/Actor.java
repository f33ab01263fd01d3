package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The person or program that caused a command, named by the token that came with it. Commands that
 * follow from it carry the same actor. What the system does by itself has no actor.
 */
public record Actor(@JsonValue String name) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  /** A caller on the node's own machine, which asked for no token. */
  public static final Actor LOCAL = new Actor("local");

  public Actor {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' names nobody; use 1 to 64 characters of A-Z a-z 0-9 . _ @ -");
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Actor of(String name) {
    return new Actor(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
