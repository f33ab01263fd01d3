package refinery.job;

import java.util.Optional;
import refinery.entity.Transitions;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;

/** All that a job's commands can bring about. */
public final class JobTransitions {
  private static final Transitions.Table TABLE =
      Transitions.table(
          """
          absent                             | Submit        | Submitted                                            | queued
          absent                             | LetGo         | Submitted RawDataReleased Cancelled                  | cancelled
          absent                             | LetGo         | Submitted RawDataReleased Cancelled RawDataDiscarded | cancelled

          queued unplaceable                 | Start         | Started                                              | running
          queued                             | SetPlaceable  | BecameUnplaceable                                    | unplaceable
          unplaceable                        | SetPlaceable  | Requeued                                             | queued

          running                            | Finish        | AttemptSucceeded                                     | succeeded
          running                            | Finish        | AttemptFailed RetryScheduled                         | waiting
          running                            | Finish        | AttemptFailed Requeued                               | queued
          running                            | Finish        | AttemptFailed GivenUp                                | failed
          running                            | Finish        | AttemptDeferred RetryScheduled                       | waiting
          running                            | Lose          | AttemptFailed Requeued                               | queued
          running                            | Lose          | NodeEnded AttemptFailed Requeued                     | queued
          running                            | Lose          | NodeEnded AttemptFailed RetryScheduled               | waiting
          running                            | Lose          | NodeEnded AttemptFailed GivenUp                      | failed

          waiting                            | Wake          | Requeued                                             | queued
          waiting                            | Retry         | Requeued                                             | queued
          failed cancelled                   | Retry         | RetriedByHand                                        | queued

          queued running waiting unplaceable | Cancel        | Cancelled                                            | cancelled
          queued running waiting unplaceable | LetGo         | RawDataReleased Cancelled                            | cancelled
          queued running waiting unplaceable | LetGo         | RawDataReleased Cancelled RawDataDiscarded           | cancelled
          succeeded failed cancelled         | LetGo         | RawDataReleased RawDataDiscarded                     | =

          queued running waiting unplaceable succeeded                  | Submit            | OwnersJoined    | =
          queued running waiting unplaceable succeeded failed cancelled | LetGo             | RawDataReleased | =
          queued running waiting unplaceable succeeded failed cancelled | OwnerAcknowledged | OwnerInformed   | =
          queued running waiting unplaceable failed cancelled           | SetPriority       | PriorityChanged | =
          queued running waiting unplaceable failed cancelled           | WantPriority      | PriorityWanted  | =
          """);

  private JobTransitions() {}

  public static Transitions<JobCommand, JobEvent, Optional<Job>> ofJobs() {
    return new Transitions<>(TABLE, job -> job.map(each -> each.state().word()).orElse("absent"));
  }
}
