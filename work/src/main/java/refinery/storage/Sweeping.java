package refinery.storage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import refinery.protocol.JobId;
import refinery.storage.ObjectStore.Listed;

/** Decides what a sweep may remove. Pure. */
final class Sweeping {
  private Sweeping() {}

  /** True for a staging file that is so old that its writer must be gone. */
  static boolean isAbandoned(Listed file, StorageConfig.Sweep rules, Instant now) {
    return file.staging() && isOlder(file, now.minus(rules.stagingAfter()));
  }

  /** True for a permanent object that is old enough to ask whether an event lists it. */
  static boolean mayBeUnlisted(Listed object, StorageConfig.Sweep rules, Instant now) {
    return !object.staging() && isOlder(object, now.minus(rules.unlistedAfter()));
  }

  /** True for temporary data that is old enough to ask whether a job wants it. */
  static boolean mayBeUnwanted(Listed object, StorageConfig.Sweep rules, Instant now) {
    return !object.staging()
        && isOlder(
            object,
            now.minus(
                download(object).isPresent() ? rules.unwantedAfter() : rules.unlistedAfter()));
  }

  static List<Listed> unlisted(Collection<Listed> candidates, Set<String> listed) {
    return candidates.stream().filter(object -> !listed.contains(object.key())).toList();
  }

  static List<Listed> unwanted(Collection<Listed> candidates, Set<JobId> wanted) {
    return candidates.stream()
        .filter(object -> download(object).map(job -> !wanted.contains(job)).orElse(true))
        .toList();
  }

  static Set<JobId> downloads(Collection<Listed> candidates) {
    return candidates.stream()
        .flatMap(object -> download(object).stream())
        .collect(Collectors.toSet());
  }

  /** The download job that an object belongs to; empty if its namespace is not that of a job. */
  private static Optional<JobId> download(Listed object) {
    String namespace = object.key().substring(0, Math.max(0, object.key().indexOf('/')));
    try {
      return Optional.of(JobId.of(namespace));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean isOlder(Listed file, Instant limit) {
    return file.modifiedAt().isBefore(limit);
  }
}
