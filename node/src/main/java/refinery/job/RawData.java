package refinery.job;

import refinery.protocol.job.JobKind;

/** The bytes that a download brings. */
enum RawData {
  /** Jobs of another kind bring none. */
  NONE,
  KEPT,

  /** No batch needs them: they are garbage, and nobody may join the job. */
  DISCARDED;

  static RawData of(JobKind kind) {
    return switch (kind) {
      case DOWNLOAD -> KEPT;
      case SURVEY, PROCESS -> NONE;
    };
  }
}
