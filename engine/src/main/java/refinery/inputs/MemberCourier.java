package refinery.inputs;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import refinery.batch.BatchRoutes;
import refinery.entity.Post;
import refinery.manifests.ManifestReader;
import refinery.manifests.Manifests;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;

/**
 * Tells the batches in a list of inputs, a window at a time, that another batch used their outputs.
 * When one of them does not answer in time, the asking batch repeats the whole window. Thread-safe.
 */
public final class MemberCourier {
  /** How many batches are told at a time, which limits the messages under way. */
  static final int WINDOW = 200;

  /** Asks a batch, on whatever node it is. The stage fails when it does not answer in time. */
  public interface Batches {
    CompletionStage<BatchReply> ask(
        BatchId batch, Function<ActorRef<BatchReply>, BatchCommand> question);
  }

  private final Manifests manifests;
  private final Batches batches;
  private final Executor blocking;

  public MemberCourier(Manifests manifests, Batches batches, Executor blocking) {
    this.manifests = manifests;
    this.batches = batches;
    this.blocking = blocking;
  }

  private record Window(List<MemberOutput> members, long upTo) {}

  /**
   * Tells one window. The stage gives the command for the asking batch once all have answered, and
   * fails when the list cannot be read or one does not answer.
   */
  public CompletionStage<BatchCommand> send(Post.ToMembers post) {
    try {
      return CompletableFuture.supplyAsync(() -> window(post), blocking)
          .thenCompose(
              window ->
                  answers(post, window)
                      .thenApply(replies -> BatchRoutes.answered(post, window.upTo(), replies)));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private CompletionStage<List<BatchReply>> answers(Post.ToMembers post, Window window) {
    List<CompletableFuture<BatchReply>> answers =
        window.members().stream()
            .map(
                member ->
                    batches
                        .ask(member.batch(), replyTo -> BatchRoutes.observe(post, member, replyTo))
                        .toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
        .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
  }

  private Window window(Post.ToMembers post) {
    try (ManifestReader lines =
        new ManifestReader(manifests.open(post.inputs().sha256()), post.from())) {
      List<MemberOutput> members = new ArrayList<>();
      while (members.size() < WINDOW) {
        Optional<String> line = lines.next();
        if (line.isEmpty()) {
          break;
        }
        members.add(MemberOutput.of(line.get()));
      }
      return new Window(members, lines.place());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
