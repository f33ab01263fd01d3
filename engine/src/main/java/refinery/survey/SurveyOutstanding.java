package refinery.survey;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.Resources;
import refinery.protocol.batch.Claim;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/** Says what a survey still has to tell its jobs and batches. Pure. */
final class SurveyOutstanding {
  private static final Resources JOB = Resources.of(0, 64L << 20, 0);

  private SurveyOutstanding() {}

  static List<SurveyEffect> of(Survey survey) {
    List<SurveyEffect> effects = new ArrayList<>();
    discovery(survey, survey.job(), effects);
    if (survey.job().isToHear(survey.urgency())) {
      effects.add(
          new SurveyEffect.PassOnPriority(
              survey.job().id(), survey.id(), survey.urgency(), survey.course().actor()));
    }
    survey.former().values().forEach(job -> discovery(survey, job, effects));
    Claims claims = survey.claims();
    claims
        .unregistered()
        .map(
            found ->
                new SurveyEffect.Register(
                    found.spec(),
                    found.at(),
                    claim(survey, found.spec().id(), claims.isRetryDue(found.spec().id())),
                    survey.course().trace()))
        .forEach(effects::add);
    claims.due().stream()
        .limit(Claims.WINDOW)
        .map(id -> new SurveyEffect.ChangeClaim(id, claim(survey, id, claims.isRetryDue(id))))
        .forEach(effects::add);
    return effects;
  }

  /**
   * What this survey job still has to be told. It is told to stop only after it has accepted: a
   * submission that arrives later than the order to stop would start it.
   */
  private static void discovery(Survey survey, SurveyJob job, List<SurveyEffect> effects) {
    if (!job.accepted()) {
      effects.add(
          new SurveyEffect.Submit(
              spec(survey, job), survey.urgency().number(), survey.course().actor()));
    } else if (job.stopping() && job.phase() == SurveyJob.Phase.ACTIVE) {
      effects.add(new SurveyEffect.CancelJob(job.id(), why(survey), survey.course().actor()));
    } else if (job.retrying()) {
      effects.add(new SurveyEffect.RetryJob(job.id(), survey.course().actor()));
    }
  }

  private static String why(Survey survey) {
    return survey.course().reason().orElse("survey cancelled");
  }

  private static Claim claim(Survey survey, BatchId batch, boolean retry) {
    Claims.Wish wish = survey.claims().wish();
    boolean wanted = wish.wants(batch);
    return new Claim(
        survey.id(),
        survey.claims().number(),
        wanted,
        wanted && retry,
        survey.priority(),
        wanted ? "" : notWanted(survey, wish),
        survey.course().actor(),
        wish.wanted() && wish.held(),
        survey.request().fresh());
  }

  private static String notWanted(Survey survey, Claims.Wish wish) {
    if (!wish.wanted()) {
      return why(survey);
    }
    return wish.held()
        ? "planned by " + survey.id() + ", which waits for an answer"
        : "not chosen when the plan of " + survey.id() + " was answered";
  }

  private static JobSpec spec(Survey survey, SurveyJob job) {
    return new JobSpec(
        job.id(),
        JobKind.SURVEY,
        Optional.of(survey.id()),
        List.of(),
        "",
        survey.priority(),
        0,
        JOB,
        new Work.Survey(
            survey.request().source(),
            survey.request().parameters(),
            survey.request().pipeline(),
            survey.request().pipelineParameters()),
        survey.course().createdAt(),
        Optional.empty(),
        survey.course().trace());
  }
}
