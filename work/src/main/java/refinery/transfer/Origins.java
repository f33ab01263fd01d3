package refinery.transfer;

import refinery.archive.PublicBuckets;
import refinery.archive.files.AllowedDirectories;
import refinery.hosts.HostLimits;
import refinery.protocol.batch.Location;
import refinery.storage.ObjectStore;

/**
 * The places that files may come from: public archives, and for the users' own files the hosts and
 * directories that the configuration names for them.
 */
record Origins(
    HttpSource archives,
    HttpSource named,
    FtpSource archivesByFtp,
    FtpSource namedByFtp,
    AllowedDirectories directories,
    PublicBuckets buckets,
    HostLimits limits,
    Bandwidth bandwidth,
    Places places,
    ObjectStore permanent) {
  private static final String OWN = "files";

  static boolean isOwn(Location location) {
    return location.archive().equals(OWN);
  }

  FtpSource ftp(Location location) {
    return isOwn(location) ? namedByFtp : archivesByFtp;
  }

  HttpSource http(Location location) {
    return isOwn(location) ? named : archives;
  }
}
