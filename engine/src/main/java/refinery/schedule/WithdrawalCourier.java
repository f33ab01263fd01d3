package refinery.schedule;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.entity.Post;
import refinery.protocol.BatchId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.readmodel.SqlScheduleQueries;

/**
 * Tells batches that their source lists them no more, a window at a time. When one of them does not
 * answer in time, the schedule repeats the whole window. Thread-safe.
 */
public final class WithdrawalCourier {
  /** How many batches are told at a time, which limits the messages under way. */
  static final int WINDOW = 200;

  /** Asks a batch, on whatever node it is. The stage fails when it does not answer in time. */
  public interface Batches {
    CompletionStage<BatchReply> ask(
        BatchId batch, Function<ActorRef<BatchReply>, BatchCommand> question);
  }

  private final SqlScheduleQueries queries;
  private final Batches batches;

  public WithdrawalCourier(SqlScheduleQueries queries, Batches batches) {
    this.queries = queries;
    this.batches = batches;
  }

  /** The stage gives the command for the schedule once all of the window have answered. */
  public CompletionStage<ScheduleCommand> send(Post.ToUnlisted post) {
    return queries
        .unlisted(post.survey(), post.known(), post.after(), WINDOW)
        .thenCompose(window -> told(post, window));
  }

  private CompletionStage<ScheduleCommand> told(Post.ToUnlisted post, List<BatchId> window) {
    List<CompletableFuture<BatchReply>> answers =
        window.stream()
            .map(
                batch ->
                    batches
                        .ask(
                            batch,
                            replyTo ->
                                new BatchCommand.NotListed(post.survey(), post.since(), replyTo))
                        .toCompletableFuture())
            .toList();
    Optional<BatchId> last =
        window.size() < WINDOW ? Optional.empty() : Optional.of(window.getLast());
    return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            all ->
                new ScheduleCommand.WithdrawnMarked(
                    post.survey(),
                    post.after(),
                    last,
                    (int)
                        answers.stream()
                            .map(CompletableFuture::join)
                            .filter(
                                reply ->
                                    reply instanceof BatchReply.WithdrawalNoted noted
                                        && noted.withdrawn())
                            .count()));
  }
}
