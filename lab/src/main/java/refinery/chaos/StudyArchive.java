package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.Fault;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.RunDesign;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;

/**
 * The archive of a chaos run: small, distinct runs that are sent so slowly that faults also happen
 * during transfers.
 */
final class StudyArchive implements AutoCloseable {
  private static final int BYTES_PER_SECOND = 8_000;

  private final Path tree;
  private final LocalArchive server;
  private final Map<String, RunDesign> runs = new HashMap<>();

  StudyArchive(Path tree, List<SurveyPlan.Study> studies) throws IOException, InterruptedException {
    this.tree = tree;
    for (SurveyPlan.Study study : studies) {
      study.runs().forEach(run -> runs.put(run.accession(), run));
    }
    SyntheticSpecies species =
        SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED, List.<RunDesign>of());
    List<RunDesign> all = studies.stream().flatMap(study -> study.runs().stream()).toList();
    ArchiveTree.addRuns(tree, species, all, run -> 0);
    name(tree.resolve("api/ena/read_run.json"), studies);
    server = LocalArchive.start(tree, 0);
    server.fault(Fault.always("/vol1/.*", Fault.Mode.SLOW).with(BYTES_PER_SECOND));
  }

  /** Changes each run's project to the one of the plan. */
  private static void name(Path table, List<SurveyPlan.Study> studies) throws IOException {
    Map<String, String> projects = new HashMap<>();
    for (SurveyPlan.Study study : studies) {
      study.runs().forEach(run -> projects.put(run.accession(), study.accession()));
    }
    JsonNode rows = Json.MAPPER.readTree(table.toFile());
    for (JsonNode row : rows) {
      ((ObjectNode) row).put("study_accession", projects.get(row.path("run_accession").asText()));
    }
    Json.MAPPER.writeValue(table.toFile(), rows);
  }

  /**
   * The settings by which nodes use this archive. Unwanted raw data is removed within seconds, so
   * that the end of a run need not wait for it.
   */
  Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>(server.configuration());
    settings.put("refinery.storage.sweep.interval", "4s");
    settings.put("refinery.storage.sweep.unwanted-after", "6s");
    return settings;
  }

  /**
   * The digest of the output that {@link Pipelines} must write for a run, computed from the
   * archive's own bytes.
   */
  String result(String pipeline, String run) throws IOException {
    MessageDigest reads = sha256();
    for (String path : runs.get(run).paths()) {
      reads.update(Files.readAllBytes(tree.resolve(path)));
    }
    String text = pipeline + "\n" + HexFormat.of().formatHex(reads.digest()) + "\n";
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
