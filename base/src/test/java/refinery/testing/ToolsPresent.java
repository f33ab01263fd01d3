package refinery.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link RequiresTools}. */
public final class ToolsPresent implements ExecutionCondition {
  /** Debian and Ubuntu packages; a program that is not here is named as its own package. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "igzip", "isal",
          "rsem-prepare-reference", "rsem",
          "rsem-calculate-expression", "rsem",
          "fasterq-dump", "sra-toolkit",
          "vdb-validate", "sra-toolkit",
          "sra-stat", "sra-toolkit",
          "latf-load", "sra-toolkit",
          "kar", "sra-toolkit",
          "prlimit", "util-linux");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<String> missing =
        AnnotationSupport.findAnnotation(context.getElement(), RequiresTools.class)
            .map(annotation -> Arrays.asList(annotation.value()))
            .orElse(List.of())
            .stream()
            .filter(tool -> find(tool).isEmpty())
            .map(tool -> tool.replaceFirst("\\|.*", ""))
            .toList();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("every tool is installed");
    }
    TreeSet<String> packages = new TreeSet<>();
    missing.forEach(tool -> packages.add(PACKAGES.getOrDefault(tool, tool)));
    String reason =
        "not on the PATH: %s; install with: sudo apt-get install -y %s"
            .formatted(String.join(", ", missing), String.join(" ", packages));
    if ("true".equalsIgnoreCase(System.getenv("CI"))) {
      throw new ExtensionConfigurationException(
          context.getDisplayName() + " must run where CI=true, but " + reason);
    }
    System.err.println("SKIPPED " + context.getDisplayName() + ": " + reason);
    return ConditionEvaluationResult.disabled(reason);
  }

  /**
   * Where on the PATH a program lies.
   *
   * @param tool names divided by |, of which any will do; the first that is found
   */
  public static Optional<Path> find(String tool) {
    List<String> path =
        Arrays.asList(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
    return Arrays.stream(tool.split("\\|"))
        .flatMap(
            name ->
                path.stream()
                    .filter(folder -> !folder.isEmpty())
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
