package refinery.job;

import refinery.protocol.job.JobKind;

/** The state of the files that a download fetches. */
enum RawData {
  /** The job is no download. */
  NONE,
  KEPT,

  /** No batch needs the files: they may be deleted, and no batch may join the job. */
  DISCARDED;

  static RawData of(JobKind kind) {
    return switch (kind) {
      case DOWNLOAD -> KEPT;
      case SURVEY, PROCESS -> NONE;
    };
  }
}
