package refinery.http.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Reads the dashboard's files from the program, from its jar or from a folder of classes. */
final class Assets {
  private static final String FOLDER = "refinery/dashboard/";

  private Assets() {}

  /** All files by their names below the folder, such as {@code lib/api.js}. */
  static Map<String, byte[]> read() {
    URL index = Assets.class.getClassLoader().getResource(FOLDER + "index.html");
    if (index == null) {
      throw new IllegalStateException("the program lacks its dashboard");
    }
    try {
      Map<String, byte[]> files = new TreeMap<>();
      for (String name : names(index)) {
        if (Asset.isServed(name)) {
          try (InputStream in = Assets.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
            files.put(name, in.readAllBytes());
          }
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("the dashboard's files cannot be read", e);
    }
  }

  private static List<String> names(URL index) throws IOException {
    if (index.openConnection() instanceof JarURLConnection jar) {
      // Not closed: the class loader shares it.
      JarFile file = jar.getJarFile();
      return file.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.startsWith(FOLDER) && !name.endsWith("/"))
          .map(name -> name.substring(FOLDER.length()))
          .toList();
    }
    Path folder = Path.of(uri(index)).getParent();
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .toList();
    }
  }

  private static URI uri(URL url) throws IOException {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IOException("no address of a file: " + url, e);
    }
  }
}
