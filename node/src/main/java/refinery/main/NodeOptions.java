package refinery.main;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What {@code refinery node} was told.
 *
 * @param dir everything of this node lies below it
 * @param join seed nodes; empty: form a cluster of one
 * @param roles empty: all roles
 * @param cpus millicores, when not to be measured
 * @param memory bytes, likewise
 * @param disk bytes, likewise
 * @param db JDBC URL of a shared PostgreSQL; empty: an embedded one below {@code dir}
 * @param sets configuration keys and values
 */
public record NodeOptions(
    Path dir,
    HostPort http,
    HostPort management,
    HostPort artery,
    List<HostPort> join,
    Set<String> roles,
    OptionalLong cpus,
    OptionalLong memory,
    OptionalLong disk,
    Optional<String> db,
    Map<String, String> sets,
    Optional<Path> configFile) {
  /** Every role a node can have. */
  public static final Set<String> ALL_ROLES =
      Set.of("control", "surveyor", "downloader", "processor", "frontend");

  public NodeOptions {
    dir = dir.toAbsolutePath().normalize();
    join = List.copyOf(join);
    roles = Set.copyOf(roles);
    sets = Map.copyOf(sets);
    for (String role : roles) {
      if (!ALL_ROLES.contains(role)) {
        throw new IllegalArgumentException(
            "unknown role '"
                + role
                + "'; there are "
                + String.join(", ", List.copyOf(new java.util.TreeSet<>(ALL_ROLES))));
      }
    }
    if (!join.isEmpty() && db.isEmpty()) {
      throw new IllegalArgumentException(
          "--join needs --db: the nodes of a cluster share one PostgreSQL");
    }
  }

  public Set<String> effectiveRoles() {
    return roles.isEmpty() ? ALL_ROLES : roles;
  }

  /** Files of this node that hold secrets, whether they are there or not; no tool may read them. */
  List<Path> secrets(Config config) {
    return Stream.concat(
            configFile.stream(),
            Stream.of(
                    "refinery.http.auth.tokens-file",
                    "refinery.http.tls.key",
                    "refinery.cluster.tls.key")
                .map(config::getString)
                .filter(name -> !name.isEmpty())
                .map(Path::of))
        .map(Path::toAbsolutePath)
        .toList();
  }

  /** The same at these addresses. */
  NodeOptions at(HostPort http, HostPort management, HostPort artery) {
    return new NodeOptions(
        dir, http, management, artery, join, roles, cpus, memory, disk, db, sets, configFile);
  }

  /** What holds without any option. */
  public static NodeOptions defaults() {
    return new NodeOptions(
        Path.of("var"),
        new HostPort("127.0.0.1", 8080),
        new HostPort("127.0.0.1", 8558),
        new HostPort("127.0.0.1", 25520),
        List.of(),
        Set.of(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }
}
