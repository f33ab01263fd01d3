package refinery.pipeline;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import refinery.agent.AgentConfig;
import refinery.agent.LocalExecutor;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;

/** Runs jobs as a node does: real processes that are held to their limits. */
final class LimitedRuns implements AutoCloseable {
  static final Resources PLENTY = Resources.of(1000, 1L << 30, 1L << 30);

  private final LocalExecutor executor;
  private final AtomicInteger jobs = new AtomicInteger();

  LimitedRuns(Path directory, ProcessRunner runner) throws IOException {
    AgentConfig config =
        AgentConfig.from(
            ConfigFactory.parseString(
                    "refinery.agent { watch-interval = 10ms, disk-interval = 20ms }")
                .withFallback(ConfigFactory.parseResources("agent.conf"))
                .resolve());
    executor =
        new LocalExecutor(
            Files.createDirectories(directory),
            new NodeId("node-limited"),
            config,
            Map.of(JobKind.PROCESS, runner));
    executor.endPreviousLife().toCompletableFuture().join();
  }

  Outcome run(Work.Process work, Resources reserved) throws Exception {
    JobSpec spec =
        new JobSpec(
            JobId.of("job-limited-" + jobs.incrementAndGet()),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            work.pipeline(),
            50,
            0,
            reserved,
            work,
            Instant.EPOCH);
    CompletableFuture<Outcome> ended = new CompletableFuture<>();
    executor.run(spec, 1, reserved, ended::complete);
    return ended.get(2, TimeUnit.MINUTES);
  }

  @Override
  public void close() {
    executor.close();
  }
}
