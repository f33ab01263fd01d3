package refinery.main;

import java.util.Map;
import java.util.Optional;
import refinery.batch.BatchLogic;
import refinery.batch.JobPlanner;
import refinery.entity.Logic;
import refinery.job.JobLogic;
import refinery.job.RetryPolicy;
import refinery.journal.Projector;
import refinery.journal.ReadRow;
import refinery.protocol.Entities;
import refinery.survey.SurveyLogic;

/** The read rows of a journal, by the entities' own behaviour. */
record LogicProjector<E, S>(Logic<?, E, S, ?> logic) implements Projector<E, S> {

  /** By the entity type's name, which is the prefix of persistence ids. */
  static Map<String, Projector<?, ?>> all(RetryPolicy policy, JobPlanner planner) {
    return Map.of(
        Entities.JOB.name(), new LogicProjector<>(new JobLogic(policy)),
        Entities.BATCH.name(), new LogicProjector<>(new BatchLogic(planner)),
        Entities.SURVEY.name(), new LogicProjector<>(new SurveyLogic()));
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
