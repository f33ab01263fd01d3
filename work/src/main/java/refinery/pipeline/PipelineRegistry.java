package refinery.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
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
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.storage.Sha256;

/**
 * Every pipeline by name. Files are searched in {@code refinery.pipelines.directory}, and then in
 * {@code pipelines/} on the class path (first {@code conf/}, then the shipped defaults); of files
 * with the same name the first counts. Immutable.
 */
public final class PipelineRegistry {
  private static final String FOLDER = "pipelines";
  private static final List<String> SHIPPED =
      List.of("command", "concatenate", "transcriptome-index", "salmon-quant", "kallisto-quant");

  private final Map<String, Pipeline> pipelines;
  private final Map<String, String> texts;

  private PipelineRegistry(Map<String, Pipeline> pipelines, Map<String, String> texts) {
    this.pipelines = Collections.unmodifiableMap(new TreeMap<>(pipelines));
    this.texts = Map.copyOf(texts);
  }

  /**
   * @param config the whole configuration
   */
  public static PipelineRegistry from(Config config) {
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
      return read(files.values());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the pipelines", e);
    }
  }

  private static PipelineRegistry read(Collection<URL> files) throws IOException {
    Map<String, Pipeline> pipelines = new TreeMap<>();
    Map<String, String> texts = new TreeMap<>();
    for (URL url : files) {
      String origin = url.getProtocol().equals("file") ? url.getPath() : url.toString();
      Pipeline pipeline;
      try {
        pipeline = PipelineFile.read(origin, ConfigFactory.parseURL(url).resolve());
        texts.put(pipeline.name(), text(url));
      } catch (ConfigException e) {
        throw new ConfigurationException(Configuration.oneLine(e));
      }
      if (pipelines.putIfAbsent(pipeline.name(), pipeline) != null) {
        throw new ConfigurationException(
            origin + ": name: another file has a pipeline " + pipeline.name() + " already");
      }
    }
    return new PipelineRegistry(pipelines, texts);
  }

  private static String text(URL url) throws IOException {
    try (InputStream in = url.openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
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

  /** The SHA-256 of a pipeline's file; empty for an unknown pipeline. */
  String digest(String name) {
    return file(name).map(Sha256::of).orElse("");
  }

  public List<String> names() {
    return List.copyOf(pipelines.keySet());
  }

  Collection<Pipeline> all() {
    return pipelines.values();
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
        pipeline.steps().stream()
            .map(Pipeline.Step::action)
            .filter(Pipeline.Action.Command.class::isInstance)
            .map(action -> ((Pipeline.Action.Command) action).arguments().getFirst())
            .filter(program -> Placeholders.names(program).isEmpty())
            .map(program -> Tool.of(program, user));
    return Stream.concat(asked, run);
  }
}
