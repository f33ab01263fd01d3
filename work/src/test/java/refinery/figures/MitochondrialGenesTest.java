package refinery.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class MitochondrialGenesTest {

  private static Features genes(String... symbols) throws UnusableMatrix {
    Names names = new Names("genes", 1000);
    for (String symbol : symbols) {
      names.add(symbol);
    }
    return new Features(names, names, new BitSet());
  }

  @Test
  void theSpeciesOwnListCountsAndElseTheOneThatFindsMost() throws Exception {
    MitochondrialGenes shipped = MitochondrialGenes.load();
    Features human = genes("MT-ND1", "MTOR", "MT-CO1", "mt-x");
    assertThat(shipped.in(human, "homo_sapiens").genes()).hasToString("{0, 2}");
    assertThat(shipped.in(human, "mus_musculus").genes()).hasToString("{3}");
    assertThat(shipped.in(human, "pan_troglodytes").species()).isEqualTo("homo_sapiens");
    assertThat(shipped.in(genes("ctc-1", "x"), "caenorhabditis_elegans").genes())
        .hasToString("{0}");
    assertThat(shipped.in(genes("A"), "").species()).isEmpty();
  }

  @Test
  void aWrongKeyIsNamed() {
    assertThatThrownBy(
            () -> MitochondrialGenes.of(ConfigFactory.parseString("homo_sapiens.prefix = [a]")))
        .hasMessageContaining("homo_sapiens.prefix");
    assertThatThrownBy(() -> MitochondrialGenes.of(ConfigFactory.parseString("homo_sapiens = MT")))
        .hasMessageContaining("must have prefixes or genes");
  }
}
