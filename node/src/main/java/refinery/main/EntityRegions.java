package refinery.main;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.persistence.typed.PersistenceId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import refinery.batch.BatchEffect;
import refinery.batch.BatchLogic;
import refinery.batch.BatchRoutes;
import refinery.batch.JobPlanner;
import refinery.entity.EntityActor;
import refinery.entity.Logic;
import refinery.entity.Onlooker;
import refinery.entity.Post;
import refinery.entity.Snapshots;
import refinery.foreman.Nudge;
import refinery.inputs.MemberCourier;
import refinery.inputs.Sets;
import refinery.job.JobLogic;
import refinery.job.JobRoutes;
import refinery.job.RetryPolicy;
import refinery.protocol.BatchId;
import refinery.protocol.Entities;
import refinery.protocol.EntityKind;
import refinery.protocol.ScheduleId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.LossCause;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;
import refinery.readmodel.NodeQueries;
import refinery.readmodel.SqlScheduleQueries;
import refinery.schedule.ScheduleEffect;
import refinery.schedule.ScheduleLogic;
import refinery.schedule.ScheduleRoutes;
import refinery.schedule.WithdrawalCourier;
import refinery.survey.SurveyEffect;
import refinery.survey.SurveyLogic;
import refinery.survey.SurveyRoutes;

/** Starts the sharding of the entity types on nodes with role {@code control}. */
final class EntityRegions {
  private final ClusterSharding sharding;
  private final NodeQueries artifacts;
  private final SqlScheduleQueries surveyRows;
  private final WithdrawalCourier withdrawals;
  private final Sets sets;
  private final MemberCourier courier;
  private final Onlookers onlookers;
  private final ActorRef<BatchReply> ignored;

  /**
   * @param artifacts where batches look for what they need
   * @param surveyRows where schedules look how their surveys stand
   * @param withdrawals tells batches that their source lists them no more
   * @param sets where they look for the outputs of many
   * @param courier tells those whom they observe
   * @param onlookers who sees what the entities do
   * @param ignored nobody reads what comes here
   */
  EntityRegions(
      ClusterSharding sharding,
      NodeQueries artifacts,
      SqlScheduleQueries surveyRows,
      WithdrawalCourier withdrawals,
      Sets sets,
      MemberCourier courier,
      Onlookers onlookers,
      ActorRef<BatchReply> ignored) {
    this.sharding = sharding;
    this.artifacts = artifacts;
    this.surveyRows = surveyRows;
    this.withdrawals = withdrawals;
    this.sets = sets;
    this.courier = courier;
    this.onlookers = onlookers;
    this.ignored = ignored;
  }

  void start(RetryPolicy policy, JobPlanner planner, ActorRef<SchedulerCommand> scheduler) {
    for (EntityKind kind : EntityKind.values()) {
      switch (kind) {
        case JOB ->
            init(
                Entities.JOB,
                JobCommand.class,
                new JobLogic(policy),
                Snapshots.NONE,
                onlookers.jobs(),
                context -> effect -> send(JobRoutes.route(effect), scheduler));
        case BATCH ->
            init(
                Entities.BATCH,
                BatchCommand.class,
                new BatchLogic(planner),
                Snapshots.NONE,
                onlookers.batches(),
                context -> batches(context, scheduler));
        case SURVEY ->
            init(
                Entities.SURVEY,
                SurveyCommand.class,
                new SurveyLogic(),
                Snapshots.GROWING,
                onlookers.surveys(),
                context -> surveys(context, scheduler));
        case SCHEDULE ->
            init(
                Entities.SCHEDULE,
                ScheduleCommand.class,
                new ScheduleLogic(),
                Snapshots.NONE,
                onlookers.schedules(),
                context -> schedules(context, scheduler));
      }
    }
  }

  private Consumer<BatchEffect> batches(
      ActorContext<BatchCommand> context, ActorRef<SchedulerCommand> scheduler) {
    ActorRef<JobReply> jobs = context.messageAdapter(JobReply.class, BatchRoutes::meaning);
    return effect -> send(BatchRoutes.route(effect, jobs), scheduler);
  }

  private Consumer<SurveyEffect> surveys(
      ActorContext<SurveyCommand> context, ActorRef<SchedulerCommand> scheduler) {
    SurveyRoutes.Inboxes inboxes =
        new SurveyRoutes.Inboxes(
            context.messageAdapter(JobReply.class, SurveyRoutes::meaning),
            context.messageAdapter(BatchReply.class, SurveyRoutes::meaning));
    return effect -> send(SurveyRoutes.route(effect, inboxes), scheduler);
  }

  private Consumer<ScheduleEffect> schedules(
      ActorContext<ScheduleCommand> context, ActorRef<SchedulerCommand> scheduler) {
    ActorRef<SurveyReply> surveys =
        context.messageAdapter(SurveyReply.class, ScheduleRoutes::meaning);
    return effect -> send(ScheduleRoutes.route(effect, surveys), scheduler);
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
      case Post.ToMembers window ->
          courier.send(window).thenAccept(answer -> tell(window.asking(), answer));
      case Post.ToSurveyRow question -> look(question);
      case Post.ToUnlisted marks ->
          withdrawals.send(marks).thenAccept(answer -> tell(marks.asking(), answer));
      case Post.Answer<?> answer -> answer.tell();
    }
  }

  /** An answer that does not come is asked for again by the schedule. */
  private void look(Post.ToSurveyRow question) {
    surveyRows
        .standing(question.survey())
        .thenAccept(
            found ->
                found.ifPresent(
                    standing ->
                        tell(
                            question.asking(),
                            new ScheduleCommand.SurveyStands(
                                question.survey(),
                                standing.state(),
                                standing.createdAt(),
                                standing.batches()))));
  }

  private void tell(ScheduleId schedule, ScheduleCommand command) {
    sharding.entityRefFor(Entities.SCHEDULE, schedule.value()).tell(command);
  }

  /** An answer that does not come is asked for again by the batch. */
  private void seek(Post.ToArtifacts question) {
    found(question.need())
        .thenAccept(
            found -> tell(question.asking(), new BatchCommand.Sought(question.need(), found)));
  }

  private CompletionStage<Optional<Provision>> found(Need need) {
    return switch (need) {
      case Need.One one ->
          artifacts
              .artifacts(one.selector(), 1)
              .thenApply(
                  found ->
                      found.stream()
                          .findFirst()
                          .map(artifact -> new Provision.One(one.role(), artifact)));
      case Need.All all ->
          sets.ask(all, 0)
              .thenApply(
                  answer ->
                      switch (answer) {
                        case Sets.Answer.Met met -> Optional.of(met.provision());
                        case Sets.Answer.Missing missing -> Optional.empty();
                      });
    };
  }

  private void tell(BatchId batch, BatchCommand command) {
    sharding.entityRefFor(Entities.BATCH, batch.value()).tell(command);
  }

  private <C, E, S, X> void init(
      EntityTypeKey<C> key,
      Class<C> commands,
      Logic<C, E, S, X> logic,
      Snapshots snapshots,
      Onlooker<E, S> onlooker,
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
                        onlooker,
                        performer))
            .withRole("control"));
  }

  void nudge(Nudge nudge) {
    switch (nudge) {
      case Nudge.Wake wake -> wake(wake);
      case Nudge.Reannounce again ->
          sharding
              .entityRefFor(Entities.JOB, again.job().value())
              .tell(new JobCommand.Reannounce());
      case Nudge.LetRawDataGo letGo ->
          sharding
              .entityRefFor(Entities.BATCH, letGo.batch().value())
              .tell(new BatchCommand.LetRawDataGo(letGo.failedBefore(), Optional.empty(), ignored));
      case Nudge.Offer offer ->
          sharding
              .entityRefFor(Entities.BATCH, offer.batch().value())
              .tell(new BatchCommand.Offered(offer.need(), offer.provision()));
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

  private void wake(Nudge.Wake wake) {
    switch (wake.kind()) {
      case JOB -> sharding.entityRefFor(Entities.JOB, wake.id()).tell(new JobCommand.Wake());
      case BATCH -> sharding.entityRefFor(Entities.BATCH, wake.id()).tell(new BatchCommand.Wake());
      case SURVEY ->
          sharding.entityRefFor(Entities.SURVEY, wake.id()).tell(new SurveyCommand.Wake());
      case SCHEDULE ->
          sharding.entityRefFor(Entities.SCHEDULE, wake.id()).tell(new ScheduleCommand.Wake());
    }
  }
}
