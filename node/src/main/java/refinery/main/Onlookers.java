package refinery.main;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import refinery.batch.Batch;
import refinery.entity.EntityMeters;
import refinery.entity.Onlooker;
import refinery.job.Job;
import refinery.job.JobMeters;
import refinery.protocol.EntityKind;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.job.JobEvent;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.survey.SurveyEvent;
import refinery.schedule.ScheduleLogic;
import refinery.survey.SurveyLogic;

/** Who sees what the entities of this node do: the meters. */
final class Onlookers {
  private final MeterRegistry registry;

  Onlookers(MeterRegistry registry) {
    this.registry = registry;
  }

  Onlooker<JobEvent, Optional<Job>> jobs() {
    return new EntityMeters<JobEvent, Optional<Job>>(
            registry, EntityKind.JOB.word(), state -> state.map(job -> job.state().word()))
        .and(new JobMeters(registry));
  }

  Onlooker<BatchEvent, Optional<Batch>> batches() {
    return new EntityMeters<>(
        registry, EntityKind.BATCH.word(), state -> state.map(batch -> batch.state().word()));
  }

  Onlooker<SurveyEvent, SurveyLogic.Slot> surveys() {
    return new EntityMeters<>(
        registry,
        EntityKind.SURVEY.word(),
        slot -> slot.survey().map(survey -> survey.state().word()));
  }

  Onlooker<ScheduleEvent, ScheduleLogic.Slot> schedules() {
    return new EntityMeters<>(
        registry,
        EntityKind.SCHEDULE.word(),
        slot -> slot.schedule().map(schedule -> schedule.state().word()));
  }
}
