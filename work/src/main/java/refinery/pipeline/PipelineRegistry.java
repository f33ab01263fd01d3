package refinery.pipeline;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import refinery.agent.Tool;
import refinery.configuration.ConfigurationException;
import refinery.figures.MitochondrialGenes;
import refinery.quality.QualityRulesFile;
import refinery.storage.Sha256;

/**
 * Every pipeline by name. Files are searched in {@code refinery.pipelines.directory}, and then in
 * {@code pipelines/} on the class path (first {@code conf/}, then the shipped defaults); of files
 * with the same name the first counts. Immutable.
 */
public final class PipelineRegistry {
  private static final String FOLDER = "pipelines";
  static final List<String> SHIPPED =
      List.of(
          "command",
          "concatenate",
          "dataset",
          "quality-report",
          "transcriptome-index",
          "kallisto-index",
          "salmon-quant",
          "kallisto-quant",
          "fastqc",
          "summary-stats",
          "compendium",
          "curation");

  private final Map<String, Pipeline> pipelines = new TreeMap<>();
  private final Map<String, String> texts = new TreeMap<>();

  private PipelineRegistry(Map<String, PipelineFiles.Read> files) {
    files.forEach(
        (name, read) -> {
          pipelines.put(name, read.pipeline());
          texts.put(name, read.text());
        });
  }

  /**
   * @param config the whole configuration
   */
  public static PipelineRegistry from(Config config) {
    // Steps judge by these rules; what is wrong in them is told at the start.
    QualityRulesFile.load();
    MitochondrialGenes.load();
    String key = "refinery.pipelines.directory";
    String text = config.hasPath(key) ? config.getString(key).strip() : "";
    if (text.isEmpty()) {
      return load(Optional.empty());
    }
    Path directory = Path.of(text);
    if (!Files.isDirectory(directory)) {
      throw new ConfigurationException(key + " = \"" + text + "\" is not a directory");
    }
    return load(Optional.of(directory));
  }

  static PipelineRegistry load(Optional<Path> directory) {
    PipelineFiles files = PipelineFiles.of(files(directory));
    List<PipelineFault> faults = files.faults();
    if (!faults.isEmpty()) {
      String others =
          faults.size() == 1
              ? ""
              : " (and %d more: 'refinery pipelines check FILE' tells all)"
                  .formatted(faults.size() - 1);
      throw new ConfigurationException(faults.getFirst() + others);
    }
    return new PipelineRegistry(files.byName());
  }

  /**
   * Everything that is wrong with these files, each by itself and beside the pipelines of {@code
   * conf/}, of which those of the same names are left out.
   */
  public static List<PipelineFault> check(List<Path> files) {
    return PipelineFiles.faults(files, files(Optional.empty()));
  }

  /**
   * Names of the steps of a good file that run a program of which nothing will tell whether it is
   * still the same, so that results are not reused; none if its command comes with the job.
   */
  public static List<String> unversioned(Path file) {
    try {
      return PipelineFiles.of(List.of(file.toUri().toURL())).byName().values().stream()
          .map(PipelineFiles.Read::pipeline)
          .filter(pipeline -> !pipeline.takesCommand())
          .flatMap(pipeline -> ReuseKey.unversioned(pipeline).stream())
          .toList();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Collection<URL> files(Optional<Path> directory) {
    Map<String, URL> files = new LinkedHashMap<>();
    try {
      if (directory.isPresent()) {
        addFolder(directory.get(), files);
      }
      ClassLoader loader = PipelineRegistry.class.getClassLoader();
      for (URL folder : Collections.list(loader.getResources(FOLDER))) {
        if (folder.getProtocol().equals("file")) {
          addFolder(Path.of(uri(folder)), files);
        }
      }
      for (String name : SHIPPED) {
        URL url = loader.getResource(FOLDER + "/" + name + ".conf");
        if (url != null) {
          files.putIfAbsent(name + ".conf", url);
        }
      }
      return files.values();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the pipelines", e);
    }
  }

  private static void addFolder(Path folder, Map<String, URL> files) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path file : entries.sorted().toList()) {
        if (file.getFileName().toString().endsWith(".conf")) {
          files.putIfAbsent(file.getFileName().toString(), file.toUri().toURL());
        }
      }
    }
  }

  private static URI uri(URL url) {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url + " is not a URI", e);
    }
  }

  Optional<Pipeline> find(String name) {
    return Optional.ofNullable(pipelines.get(name));
  }

  /** The text of a pipeline's file. */
  Optional<String> file(String name) {
    return Optional.ofNullable(texts.get(name));
  }

  Map<String, String> files() {
    return Collections.unmodifiableMap(texts);
  }

  /** The SHA-256 of a pipeline's file; empty for an unknown pipeline. */
  String digest(String name) {
    return file(name).map(Sha256::of).orElse("");
  }

  public List<String> names() {
    return List.copyOf(pipelines.keySet());
  }

  Collection<Pipeline> all() {
    return Collections.unmodifiableCollection(pipelines.values());
  }

  /** The programs that the pipelines run, as far as their files tell. */
  List<Tool> tools() {
    return pipelines.values().stream().flatMap(PipelineRegistry::tools).toList();
  }

  private static Stream<Tool> tools(Pipeline pipeline) {
    String user = "pipeline " + pipeline.name();
    Stream<Tool> asked =
        pipeline.tools().entrySet().stream()
            .map(tool -> Tool.asked(tool.getKey(), tool.getValue(), user));
    Stream<Tool> run =
        pipeline.allSteps().stream()
            .map(Pipeline.Step::action)
            .filter(Pipeline.Action.Command.class::isInstance)
            .filter(action -> action.image().isEmpty())
            .map(action -> ((Pipeline.Action.Command) action).arguments().getFirst())
            .filter(program -> Placeholders.names(program).isEmpty())
            .map(program -> Tool.of(program, user));
    return Stream.concat(asked, run);
  }
}
