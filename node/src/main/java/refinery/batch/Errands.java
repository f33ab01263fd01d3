package refinery.batch;

import java.util.Optional;
import java.util.OptionalInt;
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
 * The jobs of a batch, as far as it knows. Immutable.
 *
 * @param download empty when there is nothing to download
 * @param heard the priority that the job accepted last is known to have heard; empty when unknown
 * @param all every job that was ever there, in order
 * @param seen per job, the revision of its status that was taken in
 * @param lettingGo jobs to be let go, not yet confirmed; some may never have been submitted
 */
record Errands(
    Optional<Errand> download,
    Errand process,
    OptionalInt heard,
    Setback setback,
    TreePVector<JobId> all,
    TreePMap<JobId, Long> seen,
    TreePSet<JobId> lettingGo) {

  static Errands first(BatchSpec spec, boolean downloads) {
    return new Errands(
        downloads ? Optional.of(download(spec, 1)) : Optional.empty(),
        Errand.begun(Ids.processJob(spec.id(), 1), 1),
        OptionalInt.empty(),
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

  /** Of any job that this batch ever had. */
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

  Errands accepted(JobId job, int priority) {
    return exists(job).with(OptionalInt.of(priority));
  }

  /** A job that speaks has accepted, even if its acceptance was lost. */
  Errands exists(JobId job) {
    boolean news =
        (isDownload(job) && !download.get().accepted()) || (isProcess(job) && !process.accepted());
    return new Errands(
        isDownload(job) ? download.map(Errand::withAccepted) : download,
        isProcess(job) ? process.withAccepted() : process,
        news ? OptionalInt.empty() : heard,
        setback,
        all.contains(job) ? all : all.plus(job),
        seen,
        lettingGo);
  }

  Errands seen(JobId job, long revision) {
    long known = seen.getOrDefault(job, 0L);
    return new Errands(
        download,
        process,
        heard,
        setback,
        all,
        seen.plus(job, Math.max(known, revision)),
        lettingGo);
  }

  Errands with(OptionalInt priority) {
    return new Errands(download, process, priority, setback, all, seen, lettingGo);
  }

  Errands with(Setback next) {
    return new Errands(download, process, heard, next, all, seen, lettingGo);
  }

  private Errands with(TreePSet<JobId> unwanted) {
    return new Errands(download, process, heard, setback, all, seen, unwanted);
  }

  Errands requested(JobId job, int generation) {
    return new Errands(
        Optional.of(Errand.begun(job, generation)),
        process,
        OptionalInt.empty(),
        Setback.NONE,
        all,
        seen,
        lettingGo);
  }

  /** Of a failed batch this is the job to retry, or what that needs: a retry begins anew. */
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

  /** Once it was delivered. */
  Errands lettingRawDataGo() {
    return download
        .filter(Errand::accepted)
        .map(errand -> with(lettingGo.plus(errand.job())))
        .orElse(this);
  }

  /**
   * @param maybeSent whether the process job may have been submitted without an answer
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

  /** Everything once more: raw data that was let go is downloaded by the next generation. */
  Errands anew(BatchSpec spec, int generation) {
    return new Errands(
        spec.files().isEmpty() ? Optional.empty() : Optional.of(download(spec, nextDownload())),
        Errand.begun(Ids.processJob(spec.id(), generation), generation),
        OptionalInt.empty(),
        Setback.NONE,
        all,
        seen,
        lettingGo);
  }
}
