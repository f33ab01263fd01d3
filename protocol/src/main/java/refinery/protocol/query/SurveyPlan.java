package refinery.protocol.query;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import refinery.protocol.Resources;

/**
 * What a survey plans to do, in sums over its batches, with what a forecast rests on, and what came
 * true.
 *
 * @param all batches that it found
 * @param chosen those of them that are worked on, or were: not the planned and not the cancelled
 * @param earlier what the same work took before this survey's own began
 * @param truth what the chosen took by now
 */
public record SurveyPlan(Batches all, Batches chosen, Earlier earlier, Truth truth) {

  /**
   * @param take batches that would be processed, or are
   * @param skip batches that its source or its selection says not to process
   * @param bytes of the files of those to take, as far as the archive states them
   * @param filesOfUnknownSize of those to take
   */
  public record Batches(long take, long skip, long bytes, long filesOfUnknownSize) {
    public static final Batches NONE = new Batches(0, 0, 0, 0);
  }

  /**
   * Means of the last jobs of the survey's pipeline, other surveys' included, that had ended when
   * the survey's own first job was made; until then, of all. So a forecast stays as it was when the
   * work began.
   *
   * @param jobs on how many the means rest; if 0, they are 0
   * @param cpuSeconds that one took, in all its attempts
   * @param runSeconds how long the attempts of one took
   * @param reserved for one
   * @param keptBytes of the outputs of its batch
   * @param downloadBytesPerSecond of the whole cluster, while it downloaded at all; empty before a
   *     download of a file of known size has ended
   */
  public record Earlier(
      long jobs,
      double cpuSeconds,
      double runSeconds,
      Resources reserved,
      double keptBytes,
      OptionalDouble downloadBytesPerSecond) {
    public static final Earlier NONE =
        new Earlier(0, 0, 0, Resources.NONE, 0, OptionalDouble.empty());
  }

  /**
   * @param ended the chosen batches that are done or have failed
   * @param cpuSeconds that the survey's process jobs took; a batch that was refined for another
   *     survey costs this one nothing
   * @param rawBytes that were delivered to these jobs
   * @param keptBytes of the outputs of the chosen batches
   * @param elapsed from the start of the first attempt at a job of this survey to the end of the
   *     last; empty before one has ended, or if all its batches were refined for another survey
   * @param peakDisk bytes, the most that process jobs of this survey had reserved at one time; what
   *     they really used is not recorded. Empty before one has ended
   */
  public record Truth(
      long ended,
      double cpuSeconds,
      long rawBytes,
      long keptBytes,
      Optional<Duration> elapsed,
      OptionalLong peakDisk) {
    public static final Truth NONE = new Truth(0, 0, 0, 0, Optional.empty(), OptionalLong.empty());
  }

  /** True once every chosen batch is done or has failed, and there is one. */
  public boolean hasEnded() {
    return chosen.take() > 0 && truth.ended() == chosen.take();
  }
}
