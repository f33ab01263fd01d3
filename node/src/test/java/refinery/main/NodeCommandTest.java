package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NodeCommandTest {
  @Test
  void optionsOfANode() {
    NodeCommand command =
        CommandLine.populateCommand(
            new NodeCommand(),
            ("--dir /d --http 0.0.0.0:1 --management [::1]:2 --artery h:3 --join a:1,b:2 --roles"
                    + " control,processor --cpus 1.5 --memory 8G --disk 512MB --db jdbc:x"
                    + " --set refinery.a=b=c --config f.conf")
                .split(" "));
    NodeOptions options = command.options();
    assertThat(options.cpus()).hasValue(1_500);
    assertThat(options.memory()).hasValue(8L << 30);
    assertThat(options.disk()).hasValue(512_000_000);
    assertThat(options.join()).hasSize(2);
    assertThat(options.roles()).containsExactlyInAnyOrder("control", "processor");
    assertThat(options.management().host()).isEqualTo("::1");
    assertThat(options.sets()).containsEntry("refinery.a", "b=c");
    NodeOptions plain = CommandLine.populateCommand(new NodeCommand()).options();
    assertThat(plain.http()).isEqualTo(NodeOptions.defaults().http());
    assertThat(plain.memory()).isEmpty();
    assertThat(plain.configFile()).isEmpty();
  }
}
