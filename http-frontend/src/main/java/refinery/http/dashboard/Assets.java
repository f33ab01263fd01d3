package refinery.http.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the dashboard's files from the program, from its jar or from a folder of classes. */
final class Assets {
  private static final String FOLDER = "refinery/dashboard/";

  /** Whole lines: one after two slashes, or those from a slash with two stars to its end. */
  private static final Pattern COMMENT =
      Pattern.compile("^ *(?://[^\\n]*|/\\*\\*(?:(?!\\*/)[\\s\\S])*+\\*/)\\n", Pattern.MULTILINE);

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
            files.put(name, isOurs(name) ? withoutComments(in) : in.readAllBytes());
          }
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("the dashboard's files cannot be read", e);
    }
  }

  private static boolean isOurs(String name) {
    return name.endsWith(".js") && !name.startsWith("vendor/");
  }

  /**
   * A script of ours without its lines that hold nothing but a comment, which a browser need not
   * load: a twelfth of the whole.
   */
  private static byte[] withoutComments(InputStream in) throws IOException {
    String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    return COMMENT.matcher(script).replaceAll("").getBytes(StandardCharsets.UTF_8);
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
