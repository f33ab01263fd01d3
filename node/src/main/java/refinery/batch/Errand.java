package refinery.batch;

import refinery.protocol.JobId;

/**
 * A job that a batch has begun.
 *
 * @param generation raised whenever another job takes its place
 * @param accepted the job entity has it
 * @param letGo what it says is of no meaning any more
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
