package refinery.transfer;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import refinery.archive.Mirrors;
import refinery.archive.PublicBuckets;
import refinery.hosts.HostGate;
import refinery.hosts.HostSpeeds;
import refinery.hosts.HostTraffic;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/**
 * Where files are, and which place is asked first: of those that an archive has for the same kind
 * of file the one that was fast lately. Neither archives nor kinds change places: an SRA archive
 * stays behind all FASTQ files. Thread-safe.
 */
record Places(
    Mirrors mirrors, PublicBuckets buckets, HostSpeeds speeds, HostTraffic traffic, HostGate gate) {

  /** Groups of files with their plans, as this node now tries them. */
  List<Plan.Group> groups(List<SourceFile> files) {
    return Plan.groups(mirrors.added(files)).stream()
        .map(group -> new Plan.Group(group.files(), group.reads(), ranked(group.plans())))
        .toList();
  }

  private List<Plan> ranked(List<Plan> plans) {
    List<Plan> ranked = new ArrayList<>();
    for (int from = 0, to; from < plans.size(); from = to) {
      to = from + 1;
      while (to < plans.size() && isAlike(plans.get(from), plans.get(to))) {
        to++;
      }
      List<Plan> alike = plans.subList(from, to);
      ranked.addAll(alike.size() == 1 ? alike : speeds.choose(alike, this::host, gate::isAway));
    }
    return ranked;
  }

  private static boolean isAlike(Plan one, Plan other) {
    boolean sameKind =
        switch (one) {
          case Plan.Direct direct -> other instanceof Plan.Direct;
          case Plan.Archive archive -> other instanceof Plan.Archive;
        };
    return sameKind && location(one).archive().equals(location(other).archive());
  }

  /** The first of a plan's locations: all are at the same rank. */
  private static Location location(Plan plan) {
    return switch (plan) {
      case Plan.Direct direct -> direct.locations().values().iterator().next();
      case Plan.Archive archive -> archive.location();
    };
  }

  /** A malformed address is a host of its own: the transfer says what is wrong with it. */
  private String host(Plan plan) {
    return host(location(plan).url());
  }

  private String host(String url) {
    try {
      URI stated = new URI(url);
      return HostGate.host(PublicBuckets.isObject(stated) ? buckets.address(stated) : stated);
    } catch (URISyntaxException | IllegalArgumentException malformed) {
      return url;
    }
  }

  /** A transfer got so many bytes in so many nanoseconds. */
  void got(URI address, long bytes, long nanos) {
    speeds.got(HostGate.host(address), bytes, nanos);
  }

  /** Files that one place did not bring came from another; a failure of the node is no fallback. */
  void fellBack(Setback setback, Location deliveredBy) {
    if (!setback.url().isEmpty()) {
      traffic.fellBack(
          new HostTraffic.Place(host(setback.url()), setback.archive()),
          new HostTraffic.Place(host(deliveredBy.url()), deliveredBy.archive()),
          setback.failure().failureClass().word(),
          setback.failure().message());
    }
  }
}
