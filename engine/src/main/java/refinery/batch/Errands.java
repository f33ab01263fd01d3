package refinery.batch;

import java.util.Optional;
import java.util.stream.IntStream;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.JobKind;

/**
 * What a batch knows of its jobs. Immutable.
 *
 * @param download the download job; empty when there is nothing to download
 * @param process the process job, which may not be submitted yet
 * @param heard the number of the priority that the last accepted job knows to be wanted; 0: unknown
 * @param all every job that ever existed, oldest first
 * @param seen by job, the last revision of its status that was taken in
 * @param lettingGo jobs that are told that the batch needs nothing of them and have not confirmed
 *     it; some may never have been submitted
 */
record Errands(
    Optional<Errand> download,
    Errand process,
    long heard,
    Setback setback,
    TreePVector<JobId> all,
    TreePMap<JobId, Long> seen,
    TreePSet<JobId> lettingGo) {

  static Errands first(BatchSpec spec, boolean downloads) {
    return new Errands(
        downloads ? Optional.of(download(spec, 1)) : Optional.empty(),
        Errand.begun(Ids.processJob(spec.id(), 1), 1),
        0,
        Setback.NONE,
        TreePVector.empty(),
        TreePMap.empty(),
        TreePSet.empty());
  }

  private static Errand download(BatchSpec spec, int generation) {
    return Errand.begun(Ids.downloadJob(spec.downloadGroup(), generation), generation);
  }

  boolean isDownload(JobId job) {
    return download.filter(errand -> errand.job().equals(job)).isPresent();
  }

  boolean isProcess(JobId job) {
    return process.job().equals(job);
  }

  boolean isDownloadAtWork(JobId job) {
    return isDownload(job) && !download.get().letGo();
  }

  boolean isProcessAtWork(JobId job) {
    return isProcess(job) && !process.letGo();
  }

  boolean isRetrying() {
    return setback instanceof Setback.Retrying;
  }

  /** The kind of any job that this batch ever had. */
  JobKind kindOf(BatchId self, JobId job) {
    return IntStream.rangeClosed(1, process.generation())
            .mapToObj(generation -> Ids.processJob(self, generation))
            .anyMatch(job::equals)
        ? JobKind.PROCESS
        : JobKind.DOWNLOAD;
  }

  int nextDownload() {
    return download.map(Errand::generation).orElse(0) + 1;
  }

  Errands accepted(JobId job, long number) {
    return exists(job).heard(number);
  }

  /** The job exists: it accepted, or it sent something although its acceptance was lost. */
  Errands exists(JobId job) {
    boolean news =
        (isDownload(job) && !download.get().accepted()) || (isProcess(job) && !process.accepted());
    return new Errands(
        isDownload(job) ? download.map(Errand::withAccepted) : download,
        isProcess(job) ? process.withAccepted() : process,
        news ? 0 : heard,
        setback,
        all.contains(job) ? all : all.plus(job),
        seen,
        lettingGo);
  }

  /** The last revision of that job's status that was taken in; 0: none. */
  long seen(JobId job) {
    return seen.getOrDefault(job, 0L);
  }

  Errands seen(JobId job, long revision) {
    long known = seen(job);
    return new Errands(
        download,
        process,
        heard,
        setback,
        all,
        seen.plus(job, Math.max(known, revision)),
        lettingGo);
  }

  Errands heard(long number) {
    return new Errands(download, process, number, setback, all, seen, lettingGo);
  }

  Errands with(Setback next) {
    return new Errands(download, process, heard, next, all, seen, lettingGo);
  }

  private Errands with(TreePSet<JobId> unwanted) {
    return new Errands(download, process, heard, setback, all, seen, unwanted);
  }

  Errands requested(JobId job, int generation) {
    return new Errands(
        Optional.of(Errand.begun(job, generation)), process, 0, Setback.NONE, all, seen, lettingGo);
  }

  /**
   * Lets a job go. If the batch has failed, a retry then begins anew, because it would need that
   * job.
   */
  Errands lettingGo(JobId job, boolean failed) {
    boolean needed = failed && (isProcess(job) || isDownload(job));
    return new Errands(
        isDownload(job) ? download.map(Errand::withLetGo) : download,
        isProcess(job) ? process.withLetGo() : process,
        heard,
        needed ? Setback.NONE : setback,
        all,
        seen,
        lettingGo.plus(job));
  }

  /** Lets the download go once the batch is processed. */
  Errands lettingRawDataGo() {
    return download
        .filter(Errand::accepted)
        .map(errand -> with(lettingGo.plus(errand.job())))
        .orElse(this);
  }

  /**
   * Lets all present jobs go.
   *
   * @param maybeSent true when the process job may have been submitted without an answer yet
   */
  Errands lettingAllGo(boolean maybeSent) {
    TreePSet<JobId> unwanted = lettingGo;
    if (download.isPresent()) {
      unwanted = unwanted.plus(download.get().job());
    }
    if (process.accepted() || maybeSent) {
      unwanted = unwanted.plus(process.job());
    }
    return with(unwanted).with(Setback.NONE);
  }

  Errands released(JobId job) {
    return with(lettingGo.minus(job));
  }

  /** New jobs for everything, since the raw data of the former download was let go. */
  Errands anew(BatchSpec spec, int generation, boolean fresh) {
    return new Errands(
        spec.files().isEmpty() ? Optional.empty() : Optional.of(download(spec, nextDownload())),
        Errand.begun(Ids.processJob(spec.id(), generation), generation, fresh),
        0,
        Setback.NONE,
        all,
        seen,
        lettingGo);
  }
}
