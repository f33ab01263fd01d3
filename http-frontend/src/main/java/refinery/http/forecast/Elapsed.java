package refinery.http.forecast;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import refinery.protocol.Resources;
import refinery.protocol.query.SurveyPlan.Batches;
import refinery.protocol.query.SurveyPlan.Earlier;

/**
 * The least time that work takes on the cluster as it is, if that has nothing else to do: of each
 * resource what all jobs together hold of it, over what the nodes have, or the download at the
 * speed of earlier ones; the longest of these counts, since all of it goes on at the same time.
 *
 * @param seconds at least; empty if there is no telling
 * @param limitedBy cpu, memory, disk, download, or one batch; empty with the seconds
 * @param basis on what that rests, or why there is no telling
 */
public record Elapsed(OptionalDouble seconds, Optional<String> limitedBy, String basis) {

  static Elapsed of(Batches batches, Earlier earlier, Optional<Cluster> cluster) {
    if (cluster.isEmpty()) {
      return unknown("the scheduler does not say which nodes there are");
    }
    if (cluster.get().processors().isEmpty()) {
      return unknown("no node of the cluster takes process jobs");
    }
    if (batches.take() == 0) {
      return new Elapsed(OptionalDouble.of(0), Optional.empty(), "there is nothing to do");
    }
    Cluster fitting = cluster.get().fitting(earlier.reserved());
    if (fitting.processors().isEmpty()) {
      return unknown("no node of the cluster is large enough for a job as the earlier ones");
    }
    if (earlier.jobs() == 0 && earlier.downloadBytesPerSecond().isEmpty()) {
      return unknown("neither a job of this pipeline nor a download has ended before");
    }
    Map<String, Double> terms = terms(batches, earlier, fitting);
    Map.Entry<String, Double> longest =
        terms.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    return new Elapsed(
        OptionalDouble.of(longest.getValue()),
        Optional.of(longest.getKey()),
        "at least, on %s%s%s"
            .formatted(
                nodes(fitting.processors().size()),
                earlier.jobs() == 0 ? "; without processing, of which none has ended before" : "",
                earlier.downloadBytesPerSecond().isEmpty()
                    ? "; without downloads, of which none was measured before"
                    : ""));
  }

  private static String nodes(int number) {
    return number == 1 ? "1 node" : number + " nodes";
  }

  /** In an order that decides when two are equal. */
  private static Map<String, Double> terms(Batches batches, Earlier earlier, Cluster cluster) {
    Resources one = earlier.reserved();
    Resources all = cluster.total();
    double held = batches.take() * earlier.runSeconds();
    Map<String, Double> terms = new LinkedHashMap<>();
    terms.put("cpu", share(one.cpu(), all.cpu()) * held);
    terms.put("memory", share(one.memory(), all.memory()) * held);
    terms.put("disk", share(one.disk(), all.disk()) * held);
    terms.put(
        "download",
        earlier.downloadBytesPerSecond().isPresent()
            ? batches.bytes() / earlier.downloadBytesPerSecond().getAsDouble()
            : 0);
    terms.put("one batch", earlier.runSeconds());
    return terms;
  }

  private static double share(long one, long all) {
    return one == 0 ? 0 : (double) one / all;
  }

  private static Elapsed unknown(String why) {
    return new Elapsed(OptionalDouble.empty(), Optional.empty(), why);
  }
}
