package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the table of processes says of one. */
class ProcessTableTest {
  /** Between fork and exec it shows this JVM's memory, for which no job may be ended. */
  @Test
  void aChildThatIsStillThisProgramIsToldFromOneThatIsNot() throws Exception {
    assertThat(ProcessTable.isThisProgram(ProcessHandle.current().pid())).isTrue();
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      assertThat(ProcessTable.isThisProgram(other.pid())).isFalse();
    } finally {
      other.destroyForcibly().waitFor();
    }
    assertThat(ProcessTable.isThisProgram(other.pid())).isFalse();
  }
}
