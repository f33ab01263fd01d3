package refinery.localarchive;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import refinery.protocol.Json;

/** The runs that the archive knows, in ENA's form: text by field name. Immutable. */
record Runs(List<Map<String, String>> rows) {
  private static final List<String> ACCESSIONS =
      List.of(
          "run_accession",
          "experiment_accession",
          "sample_accession",
          "secondary_sample_accession",
          "study_accession",
          "secondary_study_accession",
          "submission_accession");

  Runs {
    rows = List.copyOf(rows);
  }

  static Runs read(FileTree files) throws IOException {
    String table = "api/ena/read_run.json";
    if (!files.exists(table)) {
      return new Runs(List.of());
    }
    return new Runs(
        Json.MAPPER.readValue(
            files.read(table), new TypeReference<List<Map<String, String>>>() {}));
  }

  /** Runs that have this accession at any level. */
  List<Map<String, String>> of(String accession) {
    return rows.stream()
        .filter(row -> ACCESSIONS.stream().anyMatch(key -> accession.equals(row.get(key))))
        .toList();
  }

  List<String> fields() {
    return rows.isEmpty() ? List.of() : new ArrayList<>(rows.getFirst().keySet());
  }
}
