package refinery.protocol.session;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Sessions that somebody has ended by signing out, for all nodes of a database. Implementations are
 * thread-safe and never block.
 */
public interface EndedSessions {
  /**
   * A session that has ended.
   *
   * @param digest names it; nobody can make a cookie of it
   * @param owner names the token or the person it was opened with
   * @param until when it would have ended by itself, and may be forgotten
   */
  record Ended(String digest, String owner, Instant until) {}

  /**
   * Notes an end. This node heeds it when the stage completes, the others within a second or two.
   * False: the owner has ended so many that no more are kept. Fails when it cannot be stored.
   */
  CompletionStage<Boolean> end(Ended session);

  /** True if the session with this digest has ended, as far as this node knows. */
  boolean hasEnded(String digest);
}
