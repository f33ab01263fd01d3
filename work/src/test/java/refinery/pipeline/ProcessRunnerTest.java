package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;

class ProcessRunnerTest {
  @TempDir private Path temp;

  /** However the job came here: the interface that took it may allow commands. */
  @Test
  void aCommandFailsForGoodWhereCommandsAreOff() throws Exception {
    Path witness = temp.resolve("witness");
    Work.Process work =
        new Work.Process(
            "command",
            List.of(),
            List.of(),
            Map.of(),
            Map.of(),
            List.of("/usr/bin/touch", witness.toString()));
    Workbench bench = new Workbench(temp.resolve("bench"));
    bench.commands = false;
    Outcome outcome = bench.run(work, temp.resolve("off"));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
              assertThat(failed.failure().message()).contains("refinery.commands.enabled = true");
            });
    assertThat(witness).doesNotExist();
    bench.commands = true;
    bench.run(work, temp.resolve("on"));
    assertThat(Files.exists(witness)).isTrue();
  }
}
