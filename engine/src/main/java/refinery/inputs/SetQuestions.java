package refinery.inputs;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import refinery.manifests.ManifestReader;
import refinery.manifests.Manifests;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.query.SetQueries;
import refinery.protocol.query.SetQueries.Member;

/**
 * Asks the read model about the members of a set, a piece at a time. A look begins with the member
 * that lacked its output last time. So it reads one row while nothing has changed, and all looks
 * together cost little more than one pass over the set. Works on {@value #THREADS} threads of its
 * own; when {@value #WAITING} questions wait, further ones fail at once. Thread-safe.
 */
public final class SetQuestions implements Sets, AutoCloseable {
  /**
   * How much larger each piece of a look is than the one before. The first is one member, with
   * which most looks end.
   */
  private static final int GROWTH = 10;

  private static final int LARGEST_PIECE = 1_000;
  private static final int THREADS = 2;
  private static final int WAITING = 200;
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final SetQueries queries;
  private final Manifests manifests;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          30,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("sets-", 0).daemon().factory());

  public SetQuestions(SetQueries queries, Manifests manifests) {
    this.queries = queries;
    this.manifests = manifests;
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletionStage<Answer> ask(Need.All need, long from) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            try {
              answer.complete(answer(need, from));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              answer.completeExceptionally(e);
            } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private interface Piece {
    void of(List<Member> members) throws IOException;
  }

  private Answer answer(Need.All need, long from)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    BatchSet set = need.set();
    OptionalLong missing = walk(set, from, members -> {});
    if (missing.isPresent()) {
      return new Answer.Missing(missing.getAsLong());
    }
    Path draft = manifests.draft();
    try {
      return listed(need, draft);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /**
   * Walks through the whole set once more and writes the list of outputs, since an output that was
   * there may be gone again.
   */
  private Answer listed(Need.All need, Path draft)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    int[] count = {0};
    long[] bytes = {0};
    OptionalLong missing;
    try (BufferedWriter out = Files.newBufferedWriter(draft)) {
      missing =
          walk(
              need.set(),
              0,
              members -> {
                for (Member member : members) {
                  MemberOutput output = member.output().orElseThrow();
                  out.write(output.line());
                  out.write('\n');
                  count[0]++;
                  bytes[0] += output.size();
                }
              });
    }
    if (missing.isPresent()) {
      return new Answer.Missing(missing.getAsLong());
    }
    long length = Files.size(draft);
    Manifest inputs = new Manifest(manifests.put(draft), count[0], bytes[0], length);
    return new Answer.Met(new Provision.All(need.role(), inputs));
  }

  /**
   * Walks from that byte of the list to the first member without its output and returns where that
   * stands; empty when there is none.
   */
  private OptionalLong walk(BatchSet set, long from, Piece piece)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    try (ManifestReader ids = new ManifestReader(manifests.open(set.members().sha256()), from)) {
      for (int size = 1; ; size = Math.min(LARGEST_PIECE, size * GROWTH)) {
        List<BatchId> asked = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        while (asked.size() < size) {
          long place = ids.place();
          Optional<String> line = ids.next();
          if (line.isEmpty()) {
            break;
          }
          Optional<BatchId> member = BatchSet.member(line.get());
          if (member.isPresent()) {
            asked.add(member.get());
            places.add(place);
          }
        }
        if (asked.isEmpty()) {
          return OptionalLong.empty();
        }
        List<Member> members =
            queries
                .members(asked, set)
                .toCompletableFuture()
                .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        for (int i = 0; i < asked.size(); i++) {
          boolean there =
              i < members.size()
                  && members.get(i).batch().equals(asked.get(i))
                  && members.get(i).output().isPresent();
          if (!there) {
            return OptionalLong.of(places.get(i));
          }
        }
        piece.of(members);
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
