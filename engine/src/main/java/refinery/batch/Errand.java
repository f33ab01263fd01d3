package refinery.batch;

import refinery.protocol.JobId;

/**
 * The download or process job of a batch.
 *
 * @param generation raised when another job takes its place
 * @param accepted true when the job is known to exist
 * @param letGo true when the batch needs nothing of it any more; its status is then ignored
 */
record Errand(JobId job, int generation, boolean accepted, boolean letGo) {
  static Errand begun(JobId job, int generation) {
    return new Errand(job, generation, false, false);
  }

  Errand withAccepted() {
    return new Errand(job, generation, true, letGo);
  }

  Errand withLetGo() {
    return new Errand(job, generation, accepted, true);
  }
}
