package refinery.protocol;

import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.job.JobCommand;
import refinery.protocol.survey.SurveyCommand;

/** The entity types, by which entities are addressed. Entity id = the id's text. */
public final class Entities {
  public static final EntityTypeKey<SurveyCommand> SURVEY =
      EntityTypeKey.create(SurveyCommand.class, "Survey");
  public static final EntityTypeKey<BatchCommand> BATCH =
      EntityTypeKey.create(BatchCommand.class, "Batch");
  public static final EntityTypeKey<JobCommand> JOB = EntityTypeKey.create(JobCommand.class, "Job");

  private Entities() {}
}
