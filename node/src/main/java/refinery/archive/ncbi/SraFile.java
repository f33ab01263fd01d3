package refinery.archive.ncbi;

/** What NCBI states about the archive file of a run, with real qualities. */
public record SraFile(String run, long size, String md5) {}
