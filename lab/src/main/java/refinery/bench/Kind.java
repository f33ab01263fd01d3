package refinery.bench;

/** Kinds of jobs, each with its own distribution of requests and durations. */
enum Kind {
  DOWNLOAD,
  QUANTIFY,
  INDEX,
  COMMAND;

  String role() {
    return this == DOWNLOAD ? "downloader" : "processor";
  }
}
