package refinery.archive.ncbi;

/**
 * What NCBI states of a run's archive file, the one with full base qualities.
 *
 * @param size in bytes
 */
public record SraFile(String run, long size, String md5) {}
