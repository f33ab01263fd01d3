package refinery.protocol.query;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import refinery.protocol.JobId;

/** Says which stored bytes are still wanted; others may be deleted. No method blocks. */
public interface WantedBytes {

  /** Of these digests, those that some persisted event lists as an artifact. */
  CompletionStage<Set<String>> listed(Collection<String> sha256);

  /** Of these download jobs, those whose raw data is still wanted (running ones included). */
  CompletionStage<Set<JobId>> wantRawData(Collection<JobId> downloads);
}
