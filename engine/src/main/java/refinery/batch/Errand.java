package refinery.batch;

import refinery.protocol.JobId;

/**
 * The download or process job of a batch.
 *
 * @param generation raised when another job takes its place
 * @param accepted true when the job is known to exist
 * @param letGo true when the batch needs nothing of it any more; its status is then ignored
 * @param fresh true when it is not to reuse an equal earlier result
 */
record Errand(JobId job, int generation, boolean accepted, boolean letGo, boolean fresh) {
  static Errand begun(JobId job, int generation) {
    return begun(job, generation, false);
  }

  static Errand begun(JobId job, int generation, boolean fresh) {
    return new Errand(job, generation, false, false, fresh);
  }

  Errand withAccepted() {
    return new Errand(job, generation, true, letGo, fresh);
  }

  Errand withLetGo() {
    return new Errand(job, generation, accepted, true, fresh);
  }
}
