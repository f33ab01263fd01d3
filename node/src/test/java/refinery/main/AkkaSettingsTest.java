package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import refinery.agent.AgentConfig;
import refinery.configuration.Configuration;

class AkkaSettingsTest {
  private static Config load(OptionalLong cpus) {
    NodeOptions shipped = NodeOptions.defaults();
    NodeOptions options =
        new NodeOptions(
            shipped.dir(),
            shipped.http(),
            shipped.management(),
            shipped.artery(),
            List.of(),
            Set.of("control"),
            cpus,
            OptionalLong.of(8L << 30),
            OptionalLong.empty(),
            Optional.empty(),
            Map.of(),
            Optional.empty());
    return Configuration.load(Optional.empty(), Map.of(), Map.of(), AkkaSettings.from(options));
  }

  @Test
  void whatTheCommandLineOffersIsWhatTheAgentOffers() {
    AgentConfig config = AgentConfig.from(load(OptionalLong.of(1_500)));
    assertThat(config.cpus()).contains(1_500L);
    assertThat(config.memory()).contains(8L << 30);
    assertThat(config.disk()).isEmpty();
    assertThat(AgentConfig.from(load(OptionalLong.empty())).cpus()).isEmpty();
  }

  @Test
  void rolesAndTheNameOfTheClusterReachAkka() {
    assertThat(load(OptionalLong.empty()).getStringList("akka.cluster.roles"))
        .containsExactly("control");
  }
}
