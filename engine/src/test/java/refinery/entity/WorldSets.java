package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.query.BatchView;

/** A batch that is made of the outputs of others, in the world; a line of a list is a byte long. */
final class WorldSets {
  static final String SOURCE = "batches";
  static final String PIPELINE = "concatenate";
  private static final int WINDOW = 2;

  private final List<BatchId> members =
      IntStream.range(0, World.RUNS)
          .mapToObj(run -> BatchSpec.idOf("ena", "run" + run, "kallisto", Map.of()))
          .sorted(Comparator.comparing(BatchId::value))
          .toList();
  private final Map<String, List<MemberOutput>> stored = new HashMap<>();

  BatchSpec batch() {
    BatchSet set =
        new BatchSet(new Manifest("members", members.size(), 0, members.size()), "kallisto", "out");
    Map<String, String> identity = Map.of("members", set.members().sha256());
    return new BatchSpec(
        id(),
        SOURCE,
        "all",
        PIPELINE,
        Optional.empty(),
        identity,
        Map.of(),
        Map.of(),
        List.of(),
        "batches:all",
        0,
        Optional.empty(),
        Optional.of(set));
  }

  static BatchId id() {
    return BatchSpec.idOf(SOURCE, "all", PIPELINE, Map.of("members", "members"));
  }

  Optional<Provision> provision(Need.All need, Function<BatchId, Optional<BatchView>> views) {
    List<MemberOutput> outputs = new ArrayList<>();
    for (BatchId member : members) {
      Optional<BatchView> view = done(member, views);
      if (view.isEmpty()) {
        return Optional.empty();
      }
      BatchView.ArtifactView out = view.get().artifacts().getFirst();
      outputs.add(new MemberOutput(member, out.name(), out.sha256(), out.size()));
    }
    String digest = Ids.derive(outputs.toString());
    stored.put(digest, outputs);
    int count = outputs.size();
    return Optional.of(new Provision.All(need.role(), new Manifest(digest, count, count, count)));
  }

  private static Optional<BatchView> done(
      BatchId member, Function<BatchId, Optional<BatchView>> views) {
    return views.apply(member).filter(view -> view.state() == BatchState.DONE);
  }

  List<MemberOutput> window(Post.ToMembers post) {
    List<MemberOutput> all = stored.get(post.inputs().sha256());
    int from = (int) post.from();
    return all.subList(from, Math.min(all.size(), from + WINDOW));
  }

  List<BatchId> members() {
    return members;
  }

  List<MemberOutput> list(String digest) {
    return stored.get(digest);
  }

  /**
   * What is done was made of one output of every member; if a member that is done has another by
   * now, it says so. What waits, waits for a member that is not done.
   */
  void check(BatchView made, String madeOf, Function<BatchId, Optional<BatchView>> views) {
    if (made.state() == BatchState.DONE) {
      List<MemberOutput> used = list(madeOf);
      assertThat(used).extracting(MemberOutput::batch).isEqualTo(members);
      for (MemberOutput output : used) {
        boolean another =
            done(output.batch(), views)
                .filter(view -> !view.artifacts().getFirst().sha256().equals(output.sha256()))
                .isPresent();
        if (another) {
          assertThat(made.reason()).hasValueSatisfying(why -> assertThat(why).contains("again"));
        }
      }
    } else if (!made.state().isTerminal()) {
      assertThat(members)
          .as("waits: %s", made)
          .anySatisfy(id -> assertThat(done(id, views)).isEmpty());
    }
  }
}
