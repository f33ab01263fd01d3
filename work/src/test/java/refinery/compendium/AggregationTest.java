package refinery.compendium;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import refinery.compendium.Aggregation.Member;

class AggregationTest {
  private static final List<Member> MEMBERS =
      List.of(
          new Member(List.of("SRP2", "SRP1", "SRP1"), "Homo sapiens"),
          new Member(List.of("SRP1"), "Mus musculus"),
          new Member(List.of(), ""),
          new Member(List.of("../x y"), "homo sapiens"));

  @Test
  void groupsByExperiment() {
    assertThat(Aggregation.EXPERIMENT.groups(MEMBERS))
        .containsOnlyKeys("SRP1", "SRP2", "UNKNOWN", "_._x_y")
        .containsEntry("SRP1", List.of(0, 1))
        .containsEntry("SRP2", List.of(0))
        .containsEntry("UNKNOWN", List.of(2));
  }

  @Test
  void groupsBySpecies() {
    assertThat(Aggregation.SPECIES.groups(MEMBERS))
        .containsOnlyKeys("HOMO_SAPIENS", "MUS_MUSCULUS", "UNKNOWN")
        .containsEntry("HOMO_SAPIENS", List.of(0, 3));
  }

  @Test
  void groupsAll() {
    assertThat(Aggregation.ALL.groups(MEMBERS))
        .containsOnly(java.util.Map.entry("ALL", List.of(0, 1, 2, 3)));
  }
}
