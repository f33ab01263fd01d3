package refinery.main;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import refinery.batch.BatchLogic;
import refinery.batch.JobPlanner;
import refinery.entity.Logic;
import refinery.job.JobLogic;
import refinery.job.RetryPolicy;
import refinery.journal.Projector;
import refinery.journal.ReadRow;
import refinery.protocol.EntityKind;
import refinery.schedule.ScheduleLogic;
import refinery.survey.SurveyLogic;

/** The read rows of a journal, by the entities' own behaviour. */
record LogicProjector<E, S>(Logic<?, E, S, ?> logic) implements Projector<E, S> {

  /** By the entity type's name, which is the prefix of persistence ids. */
  static Map<String, Projector<?, ?>> all(RetryPolicy policy, JobPlanner planner) {
    return Arrays.stream(EntityKind.values())
        .collect(
            Collectors.toUnmodifiableMap(
                EntityKind::typeName, kind -> new LogicProjector<>(logic(kind, policy, planner))));
  }

  private static Logic<?, ?, ?, ?> logic(EntityKind kind, RetryPolicy policy, JobPlanner planner) {
    return switch (kind) {
      case JOB -> new JobLogic(policy);
      case BATCH -> new BatchLogic(planner);
      case SURVEY -> new SurveyLogic();
      case SCHEDULE -> new ScheduleLogic();
    };
  }

  @Override
  public S empty(String entityId) {
    return logic.empty(entityId);
  }

  @Override
  public S evolve(S state, E event) {
    return logic.evolve(state, event);
  }

  @Override
  public Optional<ReadRow> row(S state) {
    return logic.row(state);
  }
}
