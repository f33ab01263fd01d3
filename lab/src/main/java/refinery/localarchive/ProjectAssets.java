package refinery.localarchive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Answers like a bucket with matrices of projects, whose objects lie below {@code assets/}: S3's
 * ListObjectsV2 in short pages, and the objects. Thread-safe.
 */
final class ProjectAssets {
  /** The public bucket gives 1,000 keys a page; here every list of some length has several. */
  private static final int PAGE = 2;

  private static final String ROOT = "/assets";

  private final FileTree files;

  ProjectAssets(FileTree files) {
    this.files = files;
  }

  static boolean serves(String path) {
    return path.equals(ROOT) || path.startsWith(ROOT + "/");
  }

  Reply answer(Request request, String path) throws IOException {
    return path.equals(ROOT) ? list(request) : files.serve(request, path);
  }

  private Reply list(Request request) throws IOException {
    String prefix = request.parameter("prefix", "");
    String after = decoded(request.parameter("continuation-token", ""));
    List<String> keys =
        files.below(ROOT).stream()
            .filter(key -> key.startsWith(prefix) && key.compareTo(after) > 0)
            .toList();
    List<String> page = keys.subList(0, Math.min(PAGE, keys.size()));
    StringBuilder xml =
        new StringBuilder(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult"
                + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>assets</Name>");
    for (String key : page) {
      String path = ROOT + "/" + key;
      xml.append("<Contents><Key>" + escaped(key) + "</Key>")
          .append("<LastModified>2024-06-01T12:00:00.000Z</LastModified>")
          .append("<ETag>&quot;" + files.md5(path) + "&quot;</ETag>")
          .append("<Size>" + files.size(path) + "</Size></Contents>");
    }
    boolean more = page.size() < keys.size();
    xml.append("<IsTruncated>" + more + "</IsTruncated>");
    if (more) {
      xml.append("<NextContinuationToken>" + encoded(page.getLast()) + "</NextContinuationToken>");
    }
    return Reply.of(200, "application/xml", xml.append("</ListBucketResult>\n").toString());
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static String encoded(String key) {
    return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String token) {
    return new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
  }
}
