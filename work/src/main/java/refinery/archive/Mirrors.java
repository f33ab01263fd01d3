package refinery.archive;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/**
 * {@code refinery.archives.mirrors}: further addresses of what archives have. They are added when a
 * file is fetched, so that they serve batches that were found before, too.
 */
public record Mirrors(List<Mirror> all) {
  private static final String KEY = "mirrors";

  /**
   * @param of the beginning of addresses
   * @param at what stands there instead at each mirror
   */
  public record Mirror(String of, List<String> at) {
    public Mirror {
      at = List.copyOf(at);
    }
  }

  public Mirrors {
    all = List.copyOf(all);
  }

  static Mirrors from(Config config) {
    List<Mirror> all = new ArrayList<>();
    for (Config one : config.getConfigList(ArchivesConfig.ROOT + KEY)) {
      String path = KEY + "[" + all.size() + "]";
      for (String key : one.root().keySet()) {
        if (!Set.of("of", "at").contains(key)) {
          throw bad(path + "." + key + " is unknown; a mirror has of and at");
        }
      }
      if (!one.hasPath("of") || !one.hasPath("at") || one.getStringList("at").isEmpty()) {
        throw bad(path + " needs of, an address, and at, a list of addresses");
      }
      List<String> at = new ArrayList<>();
      for (String text : one.getStringList("at")) {
        at.add(ArchivesConfig.prefix(text, path + ".at[" + at.size() + "]"));
      }
      all.add(new Mirror(ArchivesConfig.prefix(one.getString("of"), path + ".of"), at));
    }
    return new Mirrors(all);
  }

  private static ConfigException bad(String message) {
    return new ConfigException.Generic(ArchivesConfig.ROOT + message);
  }

  /** Where the mirrors are. */
  List<URI> addresses() {
    return all.stream().flatMap(mirror -> mirror.at().stream()).map(URI::create).toList();
  }

  /** The same files, each location followed by its mirrors. */
  public List<SourceFile> added(List<SourceFile> files) {
    return all.isEmpty()
        ? files
        : files.stream()
            .map(
                file ->
                    new SourceFile(
                        file.name(),
                        file.format(),
                        file.locations().stream().flatMap(this::locations).distinct().toList()))
            .toList();
  }

  /** No way leads out of a mirror's part of its server. */
  private Stream<Location> locations(Location location) {
    String url = location.url();
    Stream<Location> more =
        url.contains("..") || url.toLowerCase(Locale.ROOT).contains("%2e")
            ? Stream.empty()
            : all.stream()
                .filter(mirror -> url.startsWith(mirror.of() + "/"))
                .flatMap(
                    mirror ->
                        mirror.at().stream().map(at -> at + url.substring(mirror.of().length())))
                .map(
                    other ->
                        new Location(
                            location.archive(),
                            other,
                            location.format(),
                            location.size(),
                            location.checksum()));
    return Stream.concat(Stream.of(location), more);
  }
}
