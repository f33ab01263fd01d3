package refinery.protocol;

import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.job.JobCommand;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.survey.SurveyCommand;

/**
 * The keys by which Akka's cluster sharding addresses entities. The sharding's entity id is the
 * text of the survey's, batch's, job's or schedule's id.
 */
public final class Entities {
  public static final EntityTypeKey<SurveyCommand> SURVEY =
      EntityTypeKey.create(SurveyCommand.class, "Survey");
  public static final EntityTypeKey<BatchCommand> BATCH =
      EntityTypeKey.create(BatchCommand.class, "Batch");
  public static final EntityTypeKey<JobCommand> JOB = EntityTypeKey.create(JobCommand.class, "Job");

  public static final EntityTypeKey<ScheduleCommand> SCHEDULE =
      EntityTypeKey.create(ScheduleCommand.class, "Schedule");

  private Entities() {}
}
