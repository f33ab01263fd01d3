package refinery.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the command line of a node in a JVM of its own, with the JDK and the classes of this one.
 */
public final class NodeProgram {
  /** The main class of a module that this one must not depend on. */
  private static final String MAIN = "refinery.main.RefineryCommand";

  /** Where PostgreSQL's programs are unpacked for all nodes: passed on when this JVM has it. */
  public static final String PROGRAMS = "refinery.postgres.programs";

  /** A system property: further options of the JVMs, one a line. */
  public static final String OPTIONS = "refinery.program.options";

  /** A system property: their class path, in place of this JVM's. */
  public static final String CLASS_PATH = "refinery.program.class-path";

  private NodeProgram() {}

  /**
   * @param jvm options of the JVM
   * @param options of {@code refinery node}
   */
  public static List<String> command(List<String> jvm, List<String> options) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(jvm);
    System.getProperty(OPTIONS, "").lines().forEach(words::add);
    Optional.ofNullable(System.getProperty(PROGRAMS))
        .ifPresent(directory -> words.add("-D" + PROGRAMS + "=" + directory));
    words.addAll(List.of("-cp", classPath(), MAIN, "node"));
    words.addAll(options);
    return words;
  }

  /**
   * JVM options for a small node.
   *
   * @param heap its largest size, such as {@code 320m}
   */
  public static List<String> small(String heap) {
    List<String> words = new ArrayList<>(List.of("-Xmx" + heap, "-XX:TieredStopAtLevel=1"));
    if (Runtime.version().feature() >= 23) {
      words.add("--sun-misc-unsafe-memory-access=allow");
    }
    words.add("--enable-native-access=ALL-UNNAMED");
    return words;
  }

  /** The class path. In tests the JVM's own is a jar that only names the true one. */
  private static String classPath() {
    return Optional.ofNullable(System.getProperty(CLASS_PATH))
        .or(() -> Optional.ofNullable(System.getProperty("surefire.test.class.path")))
        .orElseGet(() -> System.getProperty("java.class.path"));
  }
}
