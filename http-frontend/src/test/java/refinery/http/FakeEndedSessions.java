package refinery.http;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import refinery.protocol.session.EndedSessions;

/** Sessions that were ended, in memory. */
final class FakeEndedSessions implements EndedSessions {
  private final Set<String> all = ConcurrentHashMap.newKeySet();

  /** What is answered; {@code true} unless a test says otherwise. */
  volatile CompletionStage<Boolean> answer = CompletableFuture.completedFuture(true);

  @Override
  public CompletionStage<Boolean> end(Ended session) {
    return answer.thenApply(noted -> noted && (all.add(session.digest()) || noted));
  }

  @Override
  public boolean hasEnded(String digest) {
    return all.contains(digest);
  }
}
