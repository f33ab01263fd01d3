package refinery.archive.files;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import refinery.protocol.Ids;

/**
 * A sample and its files, from one line of a table.
 *
 * @param files the file of single reads, or both mates in order
 * @param metadata the values of all other columns, unchanged
 */
record Sample(String name, List<Reads> files, Map<String, String> metadata) {
  Sample {
    files = List.copyOf(files);
    metadata = Map.copyOf(metadata);
  }

  /**
   * @param column the column that names the file
   * @param address an absolute path, or an http, https, ftp or s3 address
   */
  record Reads(String column, String address, Optional<String> md5) {
    boolean isLocal() {
      return address.startsWith("/");
    }
  }

  boolean isPaired() {
    return files.size() == 2;
  }

  /**
   * A short digest of the files' addresses and MD5s, by which samples of one name but with other
   * files differ.
   */
  String digest() {
    return Ids.derive(
            "files",
            files.stream()
                .map(file -> file.address() + " " + file.md5().orElse(""))
                .collect(Collectors.joining("\n")))
        .substring(0, 16);
  }
}
