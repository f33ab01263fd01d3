package refinery.scheduling;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;

/**
 * The state of a {@link Packing} for people, in a stable order; at most {@value #SHAPES_SHOWN}
 * shapes.
 */
public record PackingView(
    int queuedJobs,
    List<ShapeView> queue,
    List<ReservationView> reservations,
    Map<String, TokenView> tokens,
    Map<String, SurveyView> surveys,
    List<FreeView> free) {
  private static final int SHAPES_SHOWN = 500;

  /** The jobs of one shape. {@code status} is open, blocked, waiting_for_token or unplaceable. */
  public record ShapeView(
      String role,
      int priority,
      Resources resources,
      int queued,
      Map<String, Integer> bySurvey,
      String status,
      String reason) {}

  public record ReservationView(NodeId node, String survey, int priority, Resources resources) {}

  public record TokenView(int limit, int taken) {}

  public record SurveyView(int running, double share, double weight) {}

  /**
   * What is free on a node: millicores and bytes, negative when adopted leases exceed its capacity.
   *
   * @param reservedFor name of a survey; empty when the node is not reserved
   */
  public record FreeView(NodeId node, long cpu, long memory, long disk, String reservedFor) {}

  static Map<String, TokenView> of(Tokens tokens) {
    Map<String, TokenView> views = new TreeMap<>();
    tokens
        .all()
        .forEach(token -> views.put(token.name(), new TokenView(token.limit(), token.taken())));
    return views;
  }

  static PackingView of(Backlog backlog, Nodes nodes, Tokens tokens, Reservations reservations) {
    Map<String, SurveyView> surveys = new TreeMap<>();
    backlog
        .surveys()
        .forEach(
            survey ->
                surveys.put(
                    survey.name, new SurveyView(survey.leases, survey.share, survey.weight)));
    return new PackingView(
        backlog.slots().size(),
        backlog.shapes().stream()
            .sorted(
                Comparator.comparingInt((Shape shape) -> -shape.key.priority())
                    .thenComparing(shape -> shape.key.toString()))
            .limit(SHAPES_SHOWN)
            .map(shape -> view(shape, nodes))
            .toList(),
        reservations.all().stream()
            .map(
                lane ->
                    new ReservationView(
                        lane.reserved.id,
                        lane.group.survey.name,
                        lane.shape.key.priority(),
                        lane.shape.key.resources()))
            .toList(),
        of(tokens),
        surveys,
        nodes.all().stream().map(PackingView::free).toList());
  }

  private static FreeView free(Bin bin) {
    return new FreeView(
        bin.id,
        bin.freeCpu,
        bin.freeMemory,
        bin.freeDisk,
        bin.reservedFor == null ? "" : bin.reservedFor.group.survey.name);
  }

  private static ShapeView view(Shape shape, Nodes nodes) {
    Map<String, Integer> bySurvey = new TreeMap<>();
    shape.lanes.forEach((survey, lane) -> bySurvey.put(survey.name, lane.size()));
    String status = "open";
    String reason = "";
    if (shape.witness == null) {
      status = "unplaceable";
      reason = Explanation.unplaceable(shape, nodes);
    } else if (!shape.tokensAvailable()) {
      status = "waiting_for_token";
    } else if (shape.blocked) {
      status = "blocked";
      reason = "fits no node now";
    }
    return new ShapeView(
        shape.key.role(),
        shape.key.priority(),
        shape.key.resources(),
        shape.queued(),
        bySurvey,
        status,
        reason);
  }
}
