package refinery.pipeline;

import java.util.List;
import java.util.Map;

/**
 * {@code manifest.json}, the first entry of an index's tarball: what it is, and every other file of
 * it with its digest. A cut index still quantifies, so nothing is used unverified.
 */
record IndexManifest(int format, Map<String, String> metadata, List<Entry> files) {
  static final String NAME = "manifest.json";
  static final int FORMAT = 1;

  IndexManifest {
    metadata = Map.copyOf(metadata);
    files = List.copyOf(files);
  }

  record Entry(String path, long size, String sha256) {}
}
