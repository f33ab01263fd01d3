package refinery.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.configuration.Configuration;

/**
 * Reads pipelines' files together: each by itself, and then whether they fit each other. All faults
 * of all files are found.
 */
final class PipelineFiles {
  private final List<PipelineFault> faults = new ArrayList<>();
  private final Map<String, Read> byName = new TreeMap<>();

  /**
   * @param text of the file, as it is
   * @param file its parsed whole
   */
  record Read(String text, Pipeline pipeline, Section file) {}

  /** Reads them in this order. */
  static PipelineFiles of(Collection<URL> files) {
    PipelineFiles read = new PipelineFiles();
    files.forEach(
        url -> read.add(url.getProtocol().equals("file") ? url.getPath() : url.toString(), url));
    read.byName.values().forEach(read::checkNeeds);
    return read;
  }

  /**
   * Everything that is wrong with these files; pipelines that they do not name are those of {@code
   * others}.
   */
  static List<PipelineFault> faults(List<Path> files, Collection<URL> others) {
    PipelineFiles read = new PipelineFiles();
    for (Path file : files) {
      try {
        read.add(file.toString(), file.toUri().toURL());
      } catch (MalformedURLException e) {
        read.faults.add(new PipelineFault(file.toString(), 0, "", e.getMessage()));
      }
    }
    List<Read> asked = List.copyOf(read.byName.values());
    PipelineFiles rest = of(others);
    rest.byName.forEach(read.byName::putIfAbsent);
    asked.forEach(read::checkNeeds);
    return read.faults();
  }

  Map<String, Read> byName() {
    return byName;
  }

  List<PipelineFault> faults() {
    return List.copyOf(faults);
  }

  private void add(String origin, URL url) {
    try {
      String text = text(url);
      Config config = ConfigFactory.parseURL(url).resolve();
      Section file = Section.of(origin, config, faults);
      Pipeline pipeline = PipelineFile.read(file);
      if (byName.putIfAbsent(pipeline.name(), new Read(text, pipeline, file)) != null) {
        file.wrong("name", "another file has a pipeline " + pipeline.name() + " already");
      }
    } catch (IOException e) {
      faults.add(new PipelineFault(origin, 0, "", "cannot be read: " + reason(e)));
    } catch (ConfigException e) {
      faults.add(unreadable(origin, e));
    }
  }

  private static String reason(IOException e) {
    return e instanceof FileNotFoundException
        ? "there is no such file, or it may not be read"
        : String.valueOf(e.getMessage());
  }

  /** A fault of the notation, after which nothing more can be said of the file. */
  private static PipelineFault unreadable(String origin, ConfigException e) {
    String message = Configuration.oneLine(e);
    if (e.origin() == null) {
      return new PipelineFault(origin, 0, "", message);
    }
    String place = e.origin().description() + ": ";
    return new PipelineFault(
        origin,
        Math.max(0, e.origin().lineNumber()),
        "",
        message.startsWith(place) ? message.substring(place.length()) : message);
  }

  /** Whether what it needs is made by somebody. */
  private void checkNeeds(Read read) {
    for (Pipeline.ArtifactNeed need : read.pipeline().needs()) {
      Optional<Section> entry = read.file().child("needs").flatMap(all -> all.child(need.role()));
      String name = usual(need.pipeline(), read.pipeline());
      Read maker = byName.get(name);
      if (entry.isEmpty() || name.isEmpty()) {
        continue;
      }
      if (maker == null) {
        entry
            .get()
            .wrong(
                "pipeline",
                "there is no pipeline '%s'; there are %s".formatted(name, byName.keySet()));
      } else if (!made(maker.pipeline()).contains(need.artifact())) {
        entry
            .get()
            .wrong(
                "artifact",
                "'%s' makes no '%s'; it makes %s"
                    .formatted(name, need.artifact(), made(maker.pipeline())));
      }
    }
  }

  /** A text with the defaults of its parameters; empty if one has none. */
  private static String usual(String template, Pipeline pipeline) {
    String text = template;
    for (String name : Placeholders.names(template)) {
      Optional<String> value =
          Optional.ofNullable(pipeline.parameters().get(name.replaceFirst("^parameter\\.", "")))
              .flatMap(Pipeline.Parameter::fallback);
      if (value.isEmpty()) {
        return "";
      }
      text = text.replace("${" + name + "}", value.get());
    }
    return text;
  }

  private static List<String> made(Pipeline pipeline) {
    return pipeline.outputs().stream().map(output -> output.role().orElse(output.name())).toList();
  }

  private static String text(URL url) throws IOException {
    try (InputStream in = url.openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
