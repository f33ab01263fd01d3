package refinery.main;

import java.lang.management.ManagementFactory;
import java.util.Optional;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the JVM's compiler the directives of a file, as the launcher wishes. The JVM's own option
 * for that writes a line of its own between ours.
 */
final class CompilerDirectives {
  private static final Logger LOG = LoggerFactory.getLogger(CompilerDirectives.class);
  private static final String FILE = "refinery.compiler-directives";
  private static final String TAKEN = "compiler directives added";

  private CompilerDirectives() {}

  /** Does nothing without the launcher's property, nor on a JVM that takes no directives. */
  static void load() {
    Optional<String> file = Optional.ofNullable(System.getProperty(FILE));
    if (file.isEmpty()) {
      return;
    }
    try {
      String said = add(file.get());
      if (!said.contains(TAKEN)) {
        LOG.warn("the compiler does not take {}: {}", file.get(), said);
      }
    } catch (JMException e) {
      LOG.warn("the compiler does not take {}: {}", file.get(), e.toString());
    }
  }

  /** What the JVM says to it. */
  static String add(String file) throws JMException {
    return ManagementFactory.getPlatformMBeanServer()
        .invoke(
            new ObjectName("com.sun.management:type=DiagnosticCommand"),
            "compilerDirectivesAdd",
            new Object[] {new String[] {file}},
            new String[] {String[].class.getName()})
        .toString();
  }
}
