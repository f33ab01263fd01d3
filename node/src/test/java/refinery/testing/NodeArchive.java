package refinery.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import refinery.files.TreeRemoval;
import refinery.program.NodeProgram;
import refinery.storage.Sha256;

/**
 * The nodes that tests start share an archive of loaded classes (class data sharing), which saves
 * each a third of the processor time of its start. It is made before the first test, once for each
 * state of the classes, by a node that is started for it. A JVM takes no archive with directories
 * in its class path, so these become jars. Used under surefire only.
 */
public final class NodeArchive implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Optional<String> classPath =
        Optional.ofNullable(System.getProperty("surefire.test.class.path"));
    try {
      if (classPath.isPresent()) {
        use(Path.of(System.getProperty("basedir"), "target", "node-archive"), classPath.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void use(Path home, String classPath) throws IOException, InterruptedException {
    List<Path> entries =
        Stream.of(classPath.split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> !entry.endsWith("test-classes") && Files.exists(entry))
            .toList();
    Path directory = home.resolve(state(entries).substring(0, 16));
    Files.createDirectories(directory);
    Path archive = directory.resolve("node.jsa");
    Path list = directory.resolve("class-path");
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (lock.isValid() && !Files.exists(archive)) {
        Files.writeString(list, jars(entries, directory));
        System.setProperty(NodeProgram.CLASS_PATH, Files.readString(list));
        record(directory, archive);
      }
    }
    System.setProperty(NodeProgram.CLASS_PATH, Files.readString(list));
    if (Files.exists(archive)) {
      // Where the JVM cannot use it, it says so among the node's own lines, unless it is told not
      // to.
      System.setProperty(
          NodeProgram.OPTIONS, "-XX:SharedArchiveFile=" + archive + "\n-Xlog:disable");
    } else {
      System.clearProperty(NodeProgram.OPTIONS);
    }
  }

  /** A digest that changes when a class or a jar does. */
  private static String state(List<Path> entries) throws IOException {
    StringBuilder text = new StringBuilder(Runtime.version().toString());
    for (Path entry : entries) {
      try (Stream<Path> files = Files.walk(entry)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          text.append(file).append(Files.size(file)).append(Files.getLastModifiedTime(file));
        }
      }
    }
    return Sha256.of(text.toString());
  }

  private static String jars(List<Path> entries, Path directory) {
    List<String> jars = new ArrayList<>();
    for (Path entry : entries) {
      if (Files.isDirectory(entry)) {
        Path jar = directory.resolve(jars.size() + ".jar");
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(System.out, System.err, "cf0", jar.toString(), "-C", entry.toString(), ".");
        jars.add(jar.toString());
      } else {
        jars.add(entry.toString());
      }
    }
    return String.join(File.pathSeparator, jars);
  }

  private static void record(Path directory, Path archive)
      throws IOException, InterruptedException {
    Path draft = directory.resolve("draft.jsa");
    Path dir = Files.createTempDirectory("node-archive");
    System.setProperty(NodeProgram.OPTIONS, "-XX:ArchiveClassesAtExit=" + draft);
    NodeProcess node = NodeProcess.start(dir.resolve("node"), dir.resolve("output"), Map.of());
    if (node.stop() && Files.exists(draft)) {
      Files.move(draft, archive);
    } else {
      System.err.println("no archive of classes was made: " + node.output());
    }
    TreeRemoval.remove(dir);
  }
}
