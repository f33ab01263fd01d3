package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What would let the jobs of a shape start, in words and numbers. */
final class Release {
  private static final int NAMED = 3;

  private final Nodes nodes;
  private final Shape shape;

  Release(Nodes nodes, Shape shape) {
    this.nodes = nodes;
    this.shape = shape;
  }

  /** Each way in words; one of them is enough, but for tokens, of which all are needed. */
  List<String> ways() {
    if (shape.witness == null) {
      return shape.tokensImpossible()
          ? List.of("the limit of the token is raised")
          : List.of(
              "a node joins that has "
                  + Explanation.request(shape)
                  + " and role '"
                  + shape.key.role()
                  + "'");
    }
    List<String> tokens = tokens();
    return tokens.isEmpty() ? nodes() : tokens;
  }

  private List<String> tokens() {
    List<String> ways = new ArrayList<>();
    for (int i = 0; i < shape.tokens.size(); i++) {
      Tokens.Token token = shape.tokens.get(i);
      int lacking = shape.tokenCounts.get(i) - token.free();
      if (lacking > 0) {
        ways.add(
            "%d of the %d taken tokens %s come back as their jobs end, or its limit of %d is raised"
                .formatted(lacking, token.taken(), token.name(), token.limit()));
      }
    }
    return ways;
  }

  private List<String> nodes() {
    List<Bin> able = nodes.all().stream().filter(shape::fitsCapacity).toList();
    List<Bin> willing = able.stream().filter(Bin::takesWork).toList();
    if (willing.isEmpty()) {
      return able.stream()
          .limit(NAMED)
          .map(bin -> bin.id + " takes work again (" + bin.refuses + ")")
          .toList();
    }
    if (willing.stream().anyMatch(bin -> bin.fits(shape, 0))) {
      return List.of("its turn comes at the next look of the scheduler, within a second or two");
    }
    List<String> ways = willing.stream().limit(NAMED).map(this::freed).collect(Collectors.toList());
    ways.add("another node joins that has " + Explanation.request(shape));
    return ways;
  }

  private String freed(Bin bin) {
    List<String> more = new ArrayList<>();
    if (shape.cpu > bin.freeCpu) {
      more.add("cpu " + Explanation.cpu(shape.cpu - bin.freeCpu));
    }
    if (shape.memory > bin.freeMemory) {
      more.add("memory " + Explanation.bytes(shape.memory - bin.freeMemory));
    }
    if (shape.disk > bin.freeDisk) {
      more.add("disk " + Explanation.bytes(shape.disk - bin.freeDisk));
    }
    return more.isEmpty()
        ? "the larger job for which " + bin.id + " is held free starts"
        : "jobs on " + bin.id + " end that hold " + String.join(" and ", more) + " more";
  }
}
