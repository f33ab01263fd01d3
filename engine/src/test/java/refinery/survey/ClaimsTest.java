package refinery.survey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import refinery.protocol.BatchId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Standing;

/** What a survey keeps of each of its batches, of which there may be a hundred thousand. */
class ClaimsTest {
  @Example
  void batchesThatStandAlikeShareWhatIsKeptOfIt() {
    Claims claims = Claims.NONE;
    for (int batch = 0; batch < 100; batch++) {
      claims =
          claims.heard(new BatchId("batch-" + batch), 1, new Standing(3, BatchState.DONE, false));
    }
    Set<Standing> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    claims.members().values().forEach(member -> kept.add(member.standing()));
    assertThat(kept).hasSize(1);
  }

  @Property(tries = 200)
  void whatIsKeptIsWhatWasSaid(
      @ForAll long revision, @ForAll BatchState state, @ForAll boolean skipped) {
    for (Standing said :
        List.of(
            new Standing(Math.floorMod(revision, 20), state, skipped),
            new Standing(revision, state, skipped))) {
      assertThat(SharedStandings.shared(said)).isEqualTo(said);
    }
  }
}
