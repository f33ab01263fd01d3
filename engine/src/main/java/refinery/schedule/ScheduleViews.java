package refinery.schedule;

import refinery.protocol.query.ScheduleView;

/** Shows a schedule to the read model and the API. Pure. */
final class ScheduleViews {
  private ScheduleViews() {}

  static ScheduleView view(Schedule schedule) {
    return new ScheduleView(
        schedule.id(),
        schedule.id().name(),
        schedule.request().cron(),
        schedule.request().timezone(),
        schedule.request().survey(),
        schedule.state(),
        schedule.course().next(),
        schedule.due(),
        schedule.fires().stream().findFirst().map(Fire::due),
        schedule.course().actor(),
        schedule.course().createdAt(),
        schedule.fires().stream()
            .map(
                fire ->
                    new ScheduleView.Run(
                        fire.due(),
                        fire.at(),
                        fire.survey(),
                        fire.ended(),
                        fire.reason(),
                        fire.withdrawn()))
            .toList());
  }
}
