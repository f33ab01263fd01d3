package refinery.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.dataset.DatasetPlan.Matrix;
import refinery.protocol.dataset.PlanLine;

/**
 * Which samples become one matrix. All samples of a matrix have the same index, since the rows of
 * different ones are not the same thing. Pure.
 *
 * @param samples each with the name of its matrix
 */
record Grouping(List<Matrix> matrices, List<PlanLine.Taken> samples, List<Problem> problems) {
  /** A dataset of more is better asked for in parts. */
  private static final int MOST_MATRICES = 100;

  private static final int NAMED = 5;
  private static final String UNKNOWN = "unknown";

  /** Finds the table of genes and transcripts of an index; empty if it is here no more. */
  interface Genes {
    Optional<String> of(String indexBatch, String index);
  }

  private static Grouping refused(String pointer, String message) {
    return new Grouping(List.of(), List.of(), List.of(new Problem(pointer, message)));
  }

  /**
   * @param aggregate what becomes one matrix
   */
  static Grouping of(String aggregate, List<PlanLine.Taken> taken, Genes genes) {
    Map<String, Map<String, List<PlanLine.Taken>>> groups = new TreeMap<>();
    for (PlanLine.Taken sample : taken) {
      groups
          .computeIfAbsent(folder(aggregate, sample), each -> new TreeMap<>())
          .computeIfAbsent(column(sample, Candidate.INDEX), each -> new ArrayList<>())
          .add(sample);
    }
    List<Matrix> matrices = new ArrayList<>();
    List<PlanLine.Taken> samples = new ArrayList<>();
    for (var group : groups.entrySet()) {
      boolean split = group.getValue().size() > 1;
      if (split && !aggregate.equals("species")) {
        return refused("/aggregate", mixed(group.getKey(), group.getValue()));
      }
      for (var index : group.getValue().entrySet()) {
        List<PlanLine.Taken> members = index.getValue();
        Optional<String> map =
            genes.of(column(members.getFirst(), Candidate.INDEX_BATCH), index.getKey());
        if (map.isEmpty()) {
          return refused("/aggregate", gone(index.getKey(), members));
        }
        String name = group.getKey() + (split ? suffix(index.getKey(), members.getFirst()) : "");
        matrices.add(matrix(name, index.getKey(), map.get(), members));
        members.forEach(sample -> samples.add(sample.in(name)));
      }
    }
    if (matrices.size() > MOST_MATRICES) {
      return refused(
          "/aggregate",
          "that would be %d matrices, and a dataset has at most %d: ask for it in parts"
              .formatted(matrices.size(), MOST_MATRICES));
    }
    return new Grouping(matrices, samples, List.of());
  }

  private static Matrix matrix(
      String name, String index, String genes, List<PlanLine.Taken> members) {
    PlanLine.Taken first = members.getFirst();
    return new Matrix(
        name,
        optional(first, Candidate.ORGANISM),
        index,
        optional(first, Candidate.RELEASE),
        genes,
        members.size(),
        Optional.empty());
  }

  private static String folder(String aggregate, PlanLine.Taken sample) {
    return switch (aggregate) {
      case "species" -> safe(column(sample, Candidate.ORGANISM));
      case "experiment" -> safe(column(sample, Candidate.STUDY));
      default -> "";
    };
  }

  /** A name that may be a folder, whatever the archive says. */
  private static String safe(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9_-]", "_");
    String cut = plain.length() > 100 ? plain.substring(0, 100) : plain;
    return cut.isEmpty() ? UNKNOWN : cut;
  }

  /** What tells two indices of one organism apart. */
  private static String suffix(String index, PlanLine.Taken sample) {
    return "."
        + optional(sample, Candidate.RELEASE).map(r -> safe(r) + ".").orElse("")
        + index.substring(0, Math.min(8, index.length()));
  }

  private static String mixed(String folder, Map<String, List<PlanLine.Taken>> byIndex) {
    String words =
        byIndex.entrySet().stream()
            .map(each -> described(each.getKey(), each.getValue()))
            .collect(Collectors.joining("; "));
    return "the samples%s were quantified with %d different indices, and one matrix has one: %s. Set aggregate to species to split them, or leave out those of the others"
        .formatted(folder.isEmpty() ? "" : " of " + folder, byIndex.size(), words);
  }

  private static String described(String index, List<PlanLine.Taken> members) {
    PlanLine.Taken first = members.getFirst();
    String names =
        members.stream().limit(NAMED).map(PlanLine.Taken::sample).collect(Collectors.joining(", "));
    return "%s%s%s has %d (%s%s)"
        .formatted(
            index.substring(0, Math.min(12, index.length())),
            optional(first, Candidate.ORGANISM).map(slug -> " of " + slug).orElse(""),
            optional(first, Candidate.RELEASE).map(r -> " release " + r).orElse(""),
            members.size(),
            names,
            members.size() > NAMED ? ", ..." : "");
  }

  private static String gone(String index, List<PlanLine.Taken> members) {
    return "the table of genes of the index %s is here no more: reprocess its samples, or leave them out"
        .formatted(described(index, members));
  }

  private static String column(PlanLine.Taken sample, String key) {
    return sample.columns().getOrDefault(key, "");
  }

  private static Optional<String> optional(PlanLine.Taken sample, String key) {
    return Optional.of(column(sample, key)).filter(text -> !text.isEmpty());
  }
}
