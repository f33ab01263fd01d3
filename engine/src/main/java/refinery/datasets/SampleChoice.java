package refinery.datasets;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetSelection;
import refinery.protocol.dataset.PlanLine;

/**
 * Decides about each candidate whether it goes in, and why not. Pure.
 *
 * @param pipeline whose results are taken
 * @param artifact what it calls them
 * @param taken in the order of their samples, not in a matrix yet
 */
record SampleChoice(
    String pipeline,
    String artifact,
    List<PlanLine.Taken> taken,
    List<PlanLine.Dropped> dropped,
    List<Problem> problems) {
  private static final int LONGEST_REASON = 300;
  private static final int NAMED = 5;

  private static SampleChoice refused(List<PlanLine.Dropped> dropped, Problem problem) {
    return new SampleChoice("", "", List.of(), dropped, List.of(problem));
  }

  static SampleChoice of(DatasetRequest request, List<Candidate> candidates) {
    List<PlanLine.Dropped> dropped = new ArrayList<>();
    Map<String, Candidate> bySample = new TreeMap<>();
    boolean named = request.selection() instanceof DatasetSelection.Named;
    Optional<Problem> ambiguous = ambiguity(request, candidates);
    if (ambiguous.isPresent()) {
      return refused(List.of(), ambiguous.get());
    }
    List<PlanLine.Dropped> unfit = new ArrayList<>();
    for (Candidate candidate : candidates) {
      Optional<String> reason = reason(request, candidate);
      if (reason.isPresent()) {
        unfit.add(dropped(candidate, reason.get()));
      } else {
        keepNewest(bySample, candidate, dropped, named);
      }
    }
    Map<String, PlanLine.Dropped> once = new HashMap<>();
    for (PlanLine.Dropped one : unfit) {
      boolean told =
          named && (bySample.containsKey(one.sample()) || once.containsKey(one.sample()));
      if (!told) {
        once.put(one.sample(), one);
        dropped.add(one);
      }
    }
    if (request.selection() instanceof DatasetSelection.Named asked) {
      dropped.addAll(unknown(asked.samples(), candidates));
    }
    dropped.sort(Comparator.comparing(PlanLine.Dropped::sample));
    if (bySample.isEmpty()) {
      return refused(dropped, nothing(request, dropped));
    }
    Candidate first = bySample.values().iterator().next();
    List<PlanLine.Taken> taken = bySample.values().stream().map(SampleChoice::taken).toList();
    return new SampleChoice(
        first.pipeline(), first.output().orElseThrow().role(), taken, dropped, List.of());
  }

  private static PlanLine.Taken taken(Candidate candidate) {
    Candidate.Output output = candidate.output().orElseThrow();
    return new PlanLine.Taken(
        candidate.key(),
        candidate.batch(),
        "",
        output.sha256(),
        output.size(),
        false,
        output.columns());
  }

  private static PlanLine.Dropped dropped(Candidate candidate, String reason) {
    String words = reason.replaceAll("\\p{Cntrl}", " ");
    return new PlanLine.Dropped(
        candidate.key(),
        Optional.of(candidate.batch()),
        words.length() <= LONGEST_REASON ? words : words.substring(0, LONGEST_REASON) + "...");
  }

  /** Several results of one run: the newest is taken. */
  private static void keepNewest(
      Map<String, Candidate> bySample,
      Candidate candidate,
      List<PlanLine.Dropped> dropped,
      boolean named) {
    Candidate other = bySample.get(candidate.key());
    if (other == null) {
      bySample.put(candidate.key(), candidate);
      return;
    }
    Comparator<Candidate> newest =
        Comparator.<Candidate, java.time.Instant>comparing(
                each -> each.output().orElseThrow().refinedAt())
            .thenComparing(Candidate::batch);
    Candidate kept = newest.compare(candidate, other) > 0 ? candidate : other;
    Candidate left = kept == candidate ? other : candidate;
    bySample.put(candidate.key(), kept);
    if (!named) {
      dropped.add(dropped(left, "the same run as " + kept.batch() + ", which is newer"));
    }
  }

  /** Why a candidate does not go in; empty if it does. */
  private static Optional<String> reason(DatasetRequest request, Candidate candidate) {
    String because = candidate.reason().map(words -> ": " + words).orElse("");
    if (request.pipeline().filter(name -> !name.equals(candidate.pipeline())).isPresent()) {
      return Optional.of("made by " + candidate.pipeline() + ", which was not asked for");
    }
    return switch (candidate.state()) {
      case FAILED -> Optional.of("failed" + because);
      case CANCELLED -> Optional.of("cancelled" + because);
      case PLANNED -> Optional.of("planned only" + because);
      case QUEUED, DOWNLOADING, DOWNLOADED, PROCESSING ->
          Optional.of("not done, but " + candidate.state().word() + because);
      case DONE -> unfit(candidate);
    };
  }

  private static Optional<String> unfit(Candidate candidate) {
    if (candidate.output().isEmpty()) {
      return Optional.of("no quantification is among the outputs of " + candidate.pipeline());
    }
    return candidate.output().get().column(Candidate.INDEX).isEmpty()
        ? Optional.of("its result does not say with which index it was made")
        : Optional.empty();
  }

  /** Results of several pipelines are not mixed: who asks says which. */
  private static Optional<Problem> ambiguity(DatasetRequest request, List<Candidate> candidates) {
    Map<String, Long> pipelines =
        candidates.stream()
            .filter(each -> each.state() == BatchState.DONE && each.output().isPresent())
            .collect(
                Collectors.groupingBy(Candidate::pipeline, TreeMap::new, Collectors.counting()));
    if (request.pipeline().isPresent() || pipelines.size() < 2) {
      return Optional.empty();
    }
    String words =
        pipelines.entrySet().stream()
            .map(each -> each.getValue() + " of " + each.getKey())
            .collect(Collectors.joining(", "));
    return Optional.of(
        new Problem(
            "/pipeline", "there are results of several pipelines (%s): name one".formatted(words)));
  }

  private static List<PlanLine.Dropped> unknown(List<String> asked, List<Candidate> candidates) {
    Map<String, Boolean> known = new HashMap<>();
    for (Candidate candidate : candidates) {
      known.put(candidate.key(), true);
      known.put(candidate.batch().value(), true);
    }
    return asked.stream()
        .filter(name -> !known.containsKey(name))
        .map(
            name ->
                new PlanLine.Dropped(
                    name, Optional.empty(), "there is no batch and no run of that name here"))
        .toList();
  }

  private static Problem nothing(DatasetRequest request, List<PlanLine.Dropped> dropped) {
    String pointer = "/" + request.selection().field();
    if (dropped.isEmpty()) {
      return new Problem(pointer, "there is no sample that it could take");
    }
    String first =
        dropped.stream()
            .limit(NAMED)
            .map(each -> each.sample() + " (" + each.reason() + ")")
            .collect(Collectors.joining(", "));
    return new Problem(
        pointer,
        "none of the %d samples can be taken: %s%s"
            .formatted(dropped.size(), first, dropped.size() > NAMED ? ", ..." : ""));
  }
}
