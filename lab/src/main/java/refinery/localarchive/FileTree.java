package refinery.localarchive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Serves files with ranges, ETag (their MD5) and Last-Modified. Thread-safe, blocking. */
final class FileTree {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Path root;
  private final Map<Path, Sum> sums = new ConcurrentHashMap<>();

  FileTree(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  private record Sum(FileTime modified, long size, String md5) {}

  Reply serve(Request request, String path) throws IOException {
    Path file = resolve(path);
    if (!Files.isRegularFile(file)) {
      return Reply.of(404, "text/html; charset=iso-8859-1", "<html>404 Not Found</html>");
    }
    long size = Files.size(file);
    String tag = '"' + md5(path) + '"';
    boolean sameObject = request.header("if-range").map(tag::equals).orElse(true);
    Matcher range = RANGE.matcher(request.header("range").orElse(""));
    if (!range.matches() || !sameObject || (range.group(1) + range.group(2)).isEmpty()) {
      return described(200, file, tag, 0, size);
    }
    boolean suffix = range.group(1).isEmpty();
    long first = suffix ? Math.max(0, size - number(range.group(2), 0)) : number(range.group(1), 0);
    long last = suffix ? size - 1 : Math.min(number(range.group(2), size - 1), size - 1);
    if (first >= size || last < first) {
      return Reply.of(416, Reply.TEXT, "").with("Content-Range", "bytes */" + size);
    }
    return described(206, file, tag, first, last - first + 1)
        .with("Content-Range", "bytes " + first + "-" + last + "/" + size);
  }

  /** Serves a file; for a directory a page of links to its entries, as Apache makes it. */
  Reply serveOrList(Request request, String path) throws IOException {
    Path directory = resolve(path);
    if (!Files.isDirectory(directory)) {
      return serve(request, path);
    }
    StringBuilder page = new StringBuilder("<html><pre><a href=\"../\">Parent Directory</a>\n");
    try (Stream<Path> all = Files.list(directory)) {
      for (Path each : all.sorted().toList()) {
        String name = each.getFileName() + (Files.isDirectory(each) ? "/" : "");
        page.append("<a href=\"%s\">%s</a>  2024-06-01 12:00  -\n".formatted(name, name));
      }
    }
    return Reply.of(200, "text/html;charset=UTF-8", page + "</pre></html>\n");
  }

  /** The files below a directory, by their paths in it, sorted. */
  List<String> below(String path) throws IOException {
    Path directory = resolve(path);
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  boolean exists(String path) {
    return Files.isRegularFile(resolve(path));
  }

  long size(String path) throws IOException {
    return Files.size(resolve(path));
  }

  String md5(String path) throws IOException {
    Path file = resolve(path);
    FileTime modified = Files.getLastModifiedTime(file);
    long size = Files.size(file);
    Sum known = sums.get(file);
    if (known == null || !known.modified().equals(modified) || known.size() != size) {
      known = new Sum(modified, size, Digests.md5(file));
      sums.put(file, known);
    }
    return known.md5();
  }

  byte[] read(String path) throws IOException {
    return Files.readAllBytes(resolve(path));
  }

  /** A path below the root, for any request. */
  private Path resolve(String path) {
    String relative = path.startsWith("/") ? path.substring(1) : path;
    if (relative.indexOf('\0') >= 0) {
      return root;
    }
    Path file = root.resolve(relative).normalize();
    return file.startsWith(root) ? file : root;
  }

  private static Reply described(int status, Path file, String tag, long offset, long length)
      throws IOException {
    return new Reply(
            status,
            "application/octet-stream",
            List.of(),
            new Reply.Content.Slice(file, offset, length))
        .with("Accept-Ranges", "bytes")
        .with("ETag", tag)
        .with("Last-Modified", HTTP_DATE.format(Files.getLastModifiedTime(file).toInstant()));
  }

  private static long number(String digits, long otherwise) {
    return digits.isEmpty() ? otherwise : Long.parseLong(digits);
  }
}
