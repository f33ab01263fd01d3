package refinery.batch;

import java.util.Optional;
import refinery.entity.Transitions;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;

/** All that a batch's commands can bring about. */
public final class BatchTransitions {
  private static final Transitions.Table TABLE =
      Transitions.table(
          """
          absent | Register | Registered SurveyClaimed           | queued downloaded cancelled
          absent | Register | Registered SurveyClaimed Cancelled | cancelled
          absent | Register | Registered SurveyClaimed Planned   | planned

          planned           | Register ChangeClaim | SurveyClaimed                              | =
          planned cancelled | Register ChangeClaim | SurveyClaimed Planned                      | planned
          planned           | Register ChangeClaim | SurveyClaimed ReprocessRequested           | queued downloaded
          planned           | Register             | Described                                  | =
          planned           | Register             | Described SurveyClaimed                    | =
          planned cancelled | Register             | Described SurveyClaimed Planned            | planned
          planned           | Register             | Described SurveyClaimed ReprocessRequested | queued downloaded
          planned           | JobUpdate            | JobNoted JobUnwanted                       | =
          planned           | JobAccepted          | JobUnwanted                                | =
          planned           | RawDataReleased      | RawDataReleased                            | =
          planned           | Acknowledged         | SurveyInformed                             | =
          planned           | Acknowledged         | ObserverInformed                           | =
          planned           | Observe              | Observed                                   | =
          planned           | Retry Reprocess      | ReprocessRequested                         | queued downloaded

          queued downloading downloaded processing done failed cancelled | Register ChangeClaim | SurveyClaimed                              | =
          queued downloading downloaded processing                       | Register ChangeClaim | SurveyClaimed Cancelled                    | cancelled
          queued done failed cancelled                                   | Register ChangeClaim | SurveyClaimed ReprocessRequested           | queued downloaded
          downloaded                                                     | Register             | SurveyClaimed ReprocessRequested           | queued downloaded
          failed                                                         | Register ChangeClaim | SurveyClaimed Resumed                      | downloading processing
          failed                                                         | Register ChangeClaim | SurveyClaimed NeedsSought                  | downloaded
          queued downloading downloaded processing done failed cancelled | Register             | Described SurveyClaimed                    | =
          queued downloading downloaded processing                       | Register             | Described SurveyClaimed Cancelled          | cancelled
          queued downloaded done failed cancelled                        | Register             | Described SurveyClaimed ReprocessRequested | queued downloaded
          failed                                                         | Register             | Described SurveyClaimed Resumed            | downloading processing
          failed                                                         | Register             | Described SurveyClaimed NeedsSought        | downloaded
          queued downloading downloaded processing done failed cancelled | Register             | Described                                  | =
          queued downloaded cancelled                                    | Register             | Described ReprocessRequested               | queued downloaded

          queued                                                         | JobAccepted      | DownloadAccepted   | downloading
          downloaded                                                     | JobAccepted      | ProcessAccepted    | processing
          queued downloading downloaded processing done failed cancelled | JobAccepted      | JobUnwanted        | =
          downloading processing failed                                  | JobPriorityKnown | JobPriorityKnown   | =
          queued downloading                                             | RawDataGone      | DownloadRequested  | queued
          queued downloading processing                                  | RawDataGone      | ReprocessRequested | queued downloaded
          queued downloading downloaded processing done failed cancelled | RawDataReleased  | RawDataReleased    | =

          downloaded | Sought       | NeedMet     | =
          downloaded | Sought       | NeedAwaited | =
          downloaded | Offered      | NeedMet     | =
          downloaded | NeedHopeless | NeedGivenUp | failed

          queued downloading failed                                      | JobUpdate | Downloaded                | downloaded
          downloaded processing failed                                   | JobUpdate | Processed                 | done
          queued downloading downloaded processing failed                | JobUpdate | Failed                    | failed
          queued downloading downloaded processing failed                | JobUpdate | Failed ReprocessRequested | queued downloaded
          queued downloading                                             | JobUpdate | Resumed                   | downloading
          processing                                                     | JobUpdate | Resumed                   | =
          failed                                                         | JobUpdate | Resumed                   | downloading processing
          queued downloading                                             | JobUpdate | JobNoted                  | =
          queued downloading downloaded processing done failed cancelled | JobUpdate | JobNoted JobUnwanted      | =

          queued downloading downloaded processing done failed cancelled | Acknowledged    | SurveyInformed           | =
          queued downloading downloaded processing                       | Acknowledged    | SurveyInformed Cancelled | cancelled
          downloading                                                    | Acknowledged    | SurveyInformed Failed JobUnwanted | failed
          queued downloading downloaded processing done failed cancelled | Acknowledged    | ObserverInformed         | =
          queued downloading downloaded processing done failed cancelled | Observe         | Observed                 | =
          downloaded processing done failed                              | MembersAnswered | MembersAnswered          | =
          downloaded processing done failed                              | MemberUpdate    | MemberChanged            | =

          done failed cancelled                    | Reprocess    | ReprocessRequested      | queued downloaded
          queued downloading downloaded processing | Cancel       | Cancelled               | cancelled
          failed cancelled                         | Retry        | ReprocessRequested      | queued downloaded
          failed                                   | Retry        | Resumed                 | downloading processing
          downloading                              | Retry        | Resumed                 | =
          downloaded failed                        | Retry        | NeedsSought             | downloaded
          queued downloading downloaded processing done failed cancelled planned | NotListed | Withdrawn | =
          failed                                   | LetRawDataGo | JobUnwanted             | =
          failed                                   | LetRawDataGo | JobUnwanted JobUnwanted | =
          """);

  private BatchTransitions() {}

  public static Transitions<BatchCommand, BatchEvent, Optional<Batch>> ofBatches() {
    return new Transitions<>(
        TABLE, batch -> batch.map(each -> each.state().word()).orElse("absent"));
  }
}
