package refinery.batch;

import refinery.protocol.JobId;

/**
 * A job that a batch has begun.
 *
 * @param generation raised whenever another job takes its place
 * @param accepted the job entity has it
 */
record Errand(JobId job, int generation, boolean accepted) {
  Errand withAccepted() {
    return new Errand(job, generation, true);
  }
}
