package refinery.pipeline;

import java.util.List;
import java.util.Map;

/**
 * The file {@code manifest.json}, the first entry of an index's tarball: facts about the index, and
 * the size and digest of every other file. Quantifiers run even with an index that is cut off, so
 * no file is used unverified.
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
