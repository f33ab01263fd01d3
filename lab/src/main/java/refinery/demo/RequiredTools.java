package refinery.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import refinery.client.CommandFailure;

/**
 * Checks that the programs of the pipelines are there. Installs missing ones if this runs as root
 * on Debian or Ubuntu.
 */
final class RequiredTools {
  private static final Map<String, String> PACKAGES =
      new TreeMap<>(
          Map.of(
              "salmon", "salmon",
              "kallisto", "kallisto",
              "rsem-prepare-reference", "rsem",
              "samtools", "samtools",
              "fasterq-dump", "sra-toolkit",
              "vdb-validate", "sra-toolkit",
              "latf-load", "sra-toolkit",
              "kar", "sra-toolkit"));
  private static final List<String> INSTALL =
      List.of("apt-get", "install", "-y", "--no-install-recommends");

  /** ISA-L. It is only installed together with others, since everything works without it. */
  private static final String FASTER_GZIP = "isal";

  private RequiredTools() {}

  /**
   * Returns when all programs are there; otherwise fails with the command that a person should run.
   */
  static void ensure(PrintWriter out) {
    List<String> missing = missingPackages();
    if (missing.isEmpty()) {
      return;
    }
    List<String> install = new ArrayList<>(INSTALL);
    install.addAll(missing);
    install.add(FASTER_GZIP);
    String line = "apt-get update && " + String.join(" ", install);
    boolean canInstall =
        Files.exists(Path.of("/etc/debian_version"))
            && "root".equals(System.getProperty("user.name"))
            && find("apt-get").isPresent();
    if (!canInstall) {
      throw CommandFailure.usage(
          "tools are missing; on Debian or Ubuntu run: sudo sh -c '" + line + "'");
    }
    out.println("Installing missing tools: " + line);
    out.flush();
    call(List.of("apt-get", "update"), line);
    call(install, line);
    if (!missingPackages().isEmpty()) {
      throw CommandFailure.usage("tools are still missing after: " + line);
    }
  }

  private static List<String> missingPackages() {
    return PACKAGES.entrySet().stream()
        .filter(tool -> find(tool.getKey()).isEmpty())
        .map(Map.Entry::getValue)
        .distinct()
        .toList();
  }

  private static Optional<Path> find(String tool) {
    return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static void call(List<String> command, String line) {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      int code = builder.start().waitFor();
      if (code != 0) {
        throw CommandFailure.usage("the tools could not be installed (exit " + code + "): " + line);
      }
    } catch (IOException e) {
      throw CommandFailure.usage("the tools could not be installed (" + e.getMessage() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("interrupted");
    }
  }
}
