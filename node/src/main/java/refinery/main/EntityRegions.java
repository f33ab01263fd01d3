package refinery.main;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.persistence.typed.PersistenceId;
import java.util.Optional;
import refinery.batch.BatchLogic;
import refinery.batch.BatchRoutes;
import refinery.batch.JobPlanner;
import refinery.entity.EntityActor;
import refinery.entity.Logic;
import refinery.entity.Post;
import refinery.entity.Snapshots;
import refinery.foreman.Nudge;
import refinery.job.JobLogic;
import refinery.job.JobRoutes;
import refinery.job.RetryPolicy;
import refinery.protocol.Entities;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;
import refinery.readmodel.NodeQueries;
import refinery.survey.SurveyLogic;
import refinery.survey.SurveyRoutes;

/** Starts the sharding of the three entity types on nodes with role {@code control}. */
final class EntityRegions {
  private final ClusterSharding sharding;
  private final NodeQueries artifacts;
  private final ActorRef<BatchReply> ignored;

  /**
   * @param artifacts where batches look for what they need
   * @param ignored nobody reads what comes here
   */
  EntityRegions(ClusterSharding sharding, NodeQueries artifacts, ActorRef<BatchReply> ignored) {
    this.sharding = sharding;
    this.artifacts = artifacts;
    this.ignored = ignored;
  }

  void start(RetryPolicy policy, JobPlanner planner, ActorRef<SchedulerCommand> scheduler) {
    init(
        Entities.JOB,
        JobCommand.class,
        new JobLogic(policy),
        Snapshots.NONE,
        context -> effect -> send(JobRoutes.route(effect), scheduler));
    init(
        Entities.BATCH,
        BatchCommand.class,
        new BatchLogic(planner),
        Snapshots.NONE,
        context -> {
          ActorRef<JobReply> jobs = context.messageAdapter(JobReply.class, BatchRoutes::meaning);
          return effect -> send(BatchRoutes.route(effect, jobs), scheduler);
        });
    init(
        Entities.SURVEY,
        SurveyCommand.class,
        new SurveyLogic(),
        Snapshots.GROWING,
        context -> {
          SurveyRoutes.Inboxes inboxes =
              new SurveyRoutes.Inboxes(
                  context.messageAdapter(JobReply.class, SurveyRoutes::meaning),
                  context.messageAdapter(BatchReply.class, SurveyRoutes::meaning));
          return effect -> send(SurveyRoutes.route(effect, inboxes), scheduler);
        });
  }

  private void send(Post post, ActorRef<SchedulerCommand> scheduler) {
    switch (post) {
      case Post.ToSurvey survey ->
          sharding.entityRefFor(Entities.SURVEY, survey.to().value()).tell(survey.message());
      case Post.ToBatch batch ->
          sharding.entityRefFor(Entities.BATCH, batch.to().value()).tell(batch.message());
      case Post.ToJob job ->
          sharding.entityRefFor(Entities.JOB, job.to().value()).tell(job.message());
      case Post.ToScheduler toScheduler -> scheduler.tell(toScheduler.message());
      case Post.ToArtifacts question -> seek(question);
      case Post.Answer<?> answer -> answer.tell();
    }
  }

  /** An answer that does not come is asked for again by the batch. */
  private void seek(Post.ToArtifacts question) {
    artifacts
        .artifacts(question.need().selector(), 1)
        .thenAccept(
            found ->
                sharding
                    .entityRefFor(Entities.BATCH, question.asking().value())
                    .tell(new BatchCommand.Sought(question.need(), found.stream().findFirst())));
  }

  private <C, E, S, X> void init(
      EntityTypeKey<C> key,
      Class<C> commands,
      Logic<C, E, S, X> logic,
      Snapshots snapshots,
      EntityActor.Performer<C, X> performer) {
    sharding.init(
        Entity.of(
                key,
                context ->
                    EntityActor.create(
                        PersistenceId.of(key.name(), context.getEntityId()),
                        context.getEntityId(),
                        context.getShard(),
                        commands,
                        logic,
                        snapshots,
                        performer))
            .withRole("control"));
  }

  void nudge(Nudge nudge) {
    switch (nudge) {
      case Nudge.Wake wake -> wake(wake.type() + "|" + wake.id());
      case Nudge.Reannounce again ->
          sharding
              .entityRefFor(Entities.JOB, again.job().value())
              .tell(new JobCommand.Reannounce());
      case Nudge.LetRawDataGo letGo ->
          sharding
              .entityRefFor(Entities.BATCH, letGo.batch().value())
              .tell(new BatchCommand.LetRawDataGo(letGo.failedBefore(), ignored));
      case Nudge.Offer offer ->
          sharding
              .entityRefFor(Entities.BATCH, offer.batch().value())
              .tell(new BatchCommand.Offered(offer.need(), offer.artifact()));
      case Nudge.GiveUpNeed given ->
          sharding
              .entityRefFor(Entities.BATCH, given.batch().value())
              .tell(new BatchCommand.NeedHopeless(given.need(), given.waitingBefore()));
      case Nudge.Lose lose ->
          sharding
              .entityRefFor(Entities.JOB, lose.job().value())
              .tell(
                  new JobCommand.Lose(
                      lose.attempt(),
                      lose.node(),
                      "no node runs it any more",
                      LossCause.MOVED,
                      Optional.empty()));
    }
  }

  /** Wakes the entity with this persistence id, {@code Job|job-...}; others are ignored. */
  void wake(String persistenceId) {
    int bar = persistenceId.indexOf('|');
    String type = bar < 0 ? "" : persistenceId.substring(0, bar);
    String id = persistenceId.substring(bar + 1);
    if (type.equals(Entities.JOB.name())) {
      sharding.entityRefFor(Entities.JOB, id).tell(new JobCommand.Wake());
    } else if (type.equals(Entities.BATCH.name())) {
      sharding.entityRefFor(Entities.BATCH, id).tell(new BatchCommand.Wake());
    } else if (type.equals(Entities.SURVEY.name())) {
      sharding.entityRefFor(Entities.SURVEY, id).tell(new SurveyCommand.Wake());
    }
  }
}
