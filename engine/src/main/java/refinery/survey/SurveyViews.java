package refinery.survey;

import refinery.protocol.query.SurveyView;

/** Shows a survey to the read model and the API. Pure. */
final class SurveyViews {
  private SurveyViews() {}

  static SurveyView view(Survey survey) {
    return new SurveyView(
        survey.id(),
        survey.request().source(),
        survey.request().parameters(),
        survey.request().pipeline(),
        survey.request().pipelineParameters(),
        survey.priority(),
        survey.request().labels(),
        survey.state(),
        survey.course().reason(),
        survey.course().actor(),
        survey.course().createdAt(),
        survey.course().finishedAt(),
        survey.job().id(),
        survey.request().plan(),
        !survey.request().fresh(),
        survey.course().question(),
        SurveyView.BatchCounts.NONE);
  }
}
