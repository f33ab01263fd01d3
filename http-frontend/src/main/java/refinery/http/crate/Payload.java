package refinery.http.crate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.BatchView.ArtifactView;
import refinery.protocol.query.JobView;

/**
 * Which files a crate carries, and where they lie in it: the pipeline's file, the batch's outputs
 * and the logs of all its jobs, as far as the limits allow. The rest is named by its address.
 */
public final class Payload {
  public static final String METADATA = "ro-crate-metadata.json";

  /**
   * @param largestFile bytes of one file
   * @param largestCrate bytes of all of them together
   */
  public record Limits(long largestFile, long largestCrate) {}

  /** A stored file of the crate. */
  public record Member(String path, String name, String sha256, long size) {}

  private record Key(String name, String sha256) {}

  private final String workflow;
  private final Map<Key, Member> members = new LinkedHashMap<>();

  private Payload(String workflow) {
    this.workflow = workflow;
  }

  public static Payload of(Run run, Limits limits) {
    Payload payload =
        new Payload("workflow/" + CrateIds.fileName(run.batch().pipeline()) + ".conf");
    Set<String> taken = new HashSet<>();
    long left = limits.largestCrate();
    for (Member member : candidates(run)) {
      Key key = new Key(member.name(), member.sha256());
      boolean fits = member.size() <= Math.min(left, limits.largestFile());
      if (fits && !payload.members.containsKey(key)) {
        payload.members.put(key, unique(member, taken));
        left -= member.size();
      }
    }
    return payload;
  }

  /** The outputs, then the logs of the steps, then the logs that came with a reused result. */
  private static List<Member> candidates(Run run) {
    List<Member> all = new ArrayList<>();
    List<Member> reused = new ArrayList<>();
    for (ArtifactView artifact : run.batch().artifacts()) {
      boolean log = artifact.role().equals(Artifact.LOG);
      String path = (log ? "logs/" : "outputs/") + CrateIds.fileName(artifact.name());
      (log ? reused : all)
          .add(new Member(path, artifact.name(), artifact.sha256(), artifact.size()));
    }
    for (JobView job : run.jobs()) {
      int number = 0;
      for (StepRecord step : job.steps()) {
        number++;
        if (step.log().isPresent()) {
          Artifact log = step.log().get();
          String path =
              "logs/%s/%d-%s"
                  .formatted(
                      CrateIds.fileName(job.id().value()), number, CrateIds.fileName(log.name()));
          all.add(new Member(path, log.name(), log.sha256(), log.size()));
        }
      }
    }
    all.addAll(reused);
    return all;
  }

  private static Member unique(Member member, Set<String> taken) {
    String path = member.path();
    for (int i = 2; !taken.add(path.toLowerCase(Locale.ROOT)); i++) {
      int name = member.path().lastIndexOf('/') + 1;
      path = member.path().substring(0, name) + i + "-" + member.path().substring(name);
    }
    return new Member(path, member.name(), member.sha256(), member.size());
  }

  /** The same without what storage does not have. */
  public Payload without(Set<String> lost) {
    Payload rest = new Payload(workflow);
    members.forEach(
        (key, member) -> {
          if (!lost.contains(key.sha256())) {
            rest.members.put(key, member);
          }
        });
    return rest;
  }

  public String workflow() {
    return workflow;
  }

  /** In the order of the zip. */
  public List<Member> members() {
    return List.copyOf(members.values());
  }

  Optional<String> path(String name, String sha256) {
    return Optional.ofNullable(members.get(new Key(name, sha256))).map(Member::path);
  }
}
