package refinery.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.PlanLine;

/**
 * A stored plan as it is read again.
 *
 * @param samples all that go in, by the name of their matrix and then by their own
 */
record PlannedDataset(
    DatasetPlan plan, Map<String, List<PlanLine.Taken>> samples, List<PlanLine.Dropped> dropped) {

  static PlannedDataset read(InputStream in) throws IOException {
    Map<String, List<PlanLine.Taken>> samples = new TreeMap<>();
    List<PlanLine.Dropped> dropped = new ArrayList<>();
    DatasetPlan plan = null;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        switch (PlanLine.of(line)) {
          case PlanLine.Head head -> plan = head.plan();
          case PlanLine.Dropped each -> dropped.add(each);
          case PlanLine.Taken each ->
              samples.computeIfAbsent(each.matrix(), name -> new ArrayList<>()).add(each);
        }
      }
    }
    if (plan == null) {
      throw new IOException("the plan of the dataset does not say what it is");
    }
    samples.values().forEach(each -> each.sort(Comparator.comparing(PlanLine.Taken::sample)));
    return new PlannedDataset(plan, samples, dropped);
  }

  String choice(refinery.protocol.dataset.DatasetChoice choice) {
    return plan.request().path(choice.field()).asText(choice.fallback());
  }

  /** The words of a list of the request. */
  List<String> words(String field) {
    List<String> words = new ArrayList<>();
    plan.request().path(field).forEach(word -> words.add(word.asText()));
    return words;
  }
}
