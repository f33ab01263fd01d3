package refinery.localarchive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.testing.RequiresTools;

@RequiresTools
class SraArchivesTest {
  /** The demo's own directory is relative; the tools run in another one. */
  @Test
  void anArchiveIsMadeAtARelativePathToo(@TempDir Path dir) throws Exception {
    Path relative = Path.of("").toAbsolutePath().relativize(dir.resolve("RUN"));
    SraArchives.make(SyntheticSpecies.generate(1).simulated().getFirst(), relative);
    assertThat(Files.size(dir.resolve("RUN"))).isPositive();
    assertThat(Files.list(dir)).hasSize(1);
  }
}
