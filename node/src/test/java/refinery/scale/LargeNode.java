package refinery.scale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.client.NodeClient;
import refinery.client.Terminal;
import refinery.localarchive.LocalArchive;
import refinery.protocol.Json;

/**
 * A node in a JVM of its own with many batches, of a real survey whose runs are recorded as
 * skipped, and as many jobs, which are copies of one row. What was filled once is used again by the
 * next start on the same directory. Used by one thread.
 */
public final class LargeNode implements AutoCloseable {
  private static final String FILLED = "filled";

  /** Jobs of a week: one in ten has failed, of forty causes, and one in twenty was cancelled. */
  private static final String JOBS =
      """
      insert into job_row (id, seq_nr, kind, state, survey_id, pipeline, node, attempt, failure_class, failure, raw_data,
        created_at, finished_at, open, changed_at, ticket, document)
      select id, 1, 'process', state, survey, pipeline, node, 1, class, failure, false, at, at + interval '50 s', false, at, ticket,
        (document::jsonb || jsonb_build_object('id', id, 'kind', 'process', 'state', state, 'pipeline', pipeline, 'created_at', to_json(at),
          'started_at', to_json(at), 'finished_at', to_json(at + interval '50 s'), 'key', 'SRR' || (100000000 + n),
          'failure', case when class is null then null else jsonb_build_object('class', class, 'message', failure) end))::json
      from (select 'job-many' || lpad(n::text, 8, '0') as id, n, now() - n * interval '604800 s' / %1$d as at,
          case when n %% 10 = 3 then 'failed' when n %% 20 = 1 then 'cancelled' else 'succeeded' end as state,
          case when n %% 10 = 3 then 'permanent' end as class,
          case when n %% 10 = 3 then 'exit code ' || n %% 4 || ': what cause ' || n %% 37 || ' says of /scratch/job-' || n || '/reads.fastq' end as failure,
          'no-op' as pipeline, one.node, one.ticket, one.document, one.survey_id as survey
        from generate_series(1, %1$d) n, (select * from job_row where kind = 'survey' limit 1) one) made
      """;

  /** A thousand more surveys that are done. */
  private static final String SURVEYS =
      """
      insert into survey_row (id, seq_nr, source, state, created_at, open, changed_at, document)
      select copy.id, 1, s.source, s.state, s.created_at - n * interval '1 hour', false, s.changed_at,
        (s.document::jsonb || jsonb_build_object('id', copy.id, 'created_at', to_json(s.created_at - n * interval '1 hour')))::json
      from survey_row s, generate_series(1, 1000) n, lateral (select 'survey-many' || lpad(n::text, 8, '0')) copy (id)
      where s.id = '%s'
      """;

  private final LocalArchive archive;
  private final MeasuredNode node;
  private final Path home;
  private final String survey;

  private LargeNode(LocalArchive archive, MeasuredNode node, Path home, String survey) {
    this.archive = archive;
    this.node = node;
    this.home = home;
    this.survey = survey;
  }

  /**
   * @param directory kept for the next start
   */
  public static LargeNode start(Path directory, int batches) throws IOException, SQLException {
    Files.createDirectories(directory);
    Path home = directory.toAbsolutePath().resolve("node");
    Path tree = directory.resolve("archive");
    if (!Files.exists(tree)) {
      StudyArchive.write(tree, List.of(batches), true);
    }
    LocalArchive archive = LocalArchive.start(tree, 0);
    Map<String, String> settings = new LinkedHashMap<>(archive.configuration());
    settings.put("refinery.commands.enabled", "true");
    MeasuredNode node = MeasuredNode.start(home, settings);
    Path filled = directory.resolve(FILLED);
    if (Files.exists(filled)) {
      return new LargeNode(archive, node, home, Files.readString(filled).strip());
    }
    String survey = survey(node);
    LargeNode large = new LargeNode(archive, node, home, survey);
    large.awaitEnd(survey);
    large.sql(JOBS.formatted(batches));
    large.sql(SURVEYS.formatted(survey));
    large.awaitSearchable();
    for (String table :
        List.of(
            "batch_row", "batch_survey", "job_row", "survey_row", "search_row", "event_journal")) {
      large.sql("vacuum analyze " + table);
    }
    Files.writeString(filled, survey);
    return large;
  }

  private static String survey(MeasuredNode node) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", "ena");
    body.put("pipeline", "salmon-quant");
    body.putObject("parameters").putArray("accession").add(StudyArchive.accession(0));
    return node.client().post("/surveys", body, Optional.empty()).path("id").asText();
  }

  private void awaitEnd(String id) {
    while (!client().get("/surveys/" + id).path("state").asText().equals("done")) {
      Terminal.pause(Duration.ofMillis(250));
    }
  }

  private void awaitSearchable() throws SQLException {
    while (number("select count(*) from search_todo") > 0) {
      Terminal.pause(Duration.ofMillis(250));
    }
  }

  /** The id of the survey that found all batches. */
  public String survey() {
    return survey;
  }

  public String url() {
    return node.http();
  }

  public String management() {
    return node.management();
  }

  public NodeClient client() {
    return node.client();
  }

  /** Seconds of processor time so far of the node and its PostgreSQL. */
  public double cpu() throws IOException {
    MeasuredNode.Cpu cpu = node.cpu();
    return cpu.node() + cpu.database();
  }

  /** Seconds of processor time so far of its PostgreSQL. */
  public double databaseCpu() throws IOException {
    return node.cpu().database();
  }

  /** A connection to the node's database. */
  public Connection connection() throws SQLException, IOException {
    Path postgres = home.resolve("postgres");
    String port = Files.readAllLines(postgres.resolve("data/postmaster.pid")).get(3).strip();
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/refinery",
        "postgres",
        Files.readString(postgres.resolve("password")).strip());
  }

  private void sql(String statement) throws SQLException, IOException {
    try (Connection connection = connection();
        Statement run = connection.createStatement()) {
      run.execute(statement);
    }
  }

  private long number(String query) throws SQLException {
    try (Connection connection = connection();
        Statement run = connection.createStatement();
        ResultSet row = run.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    } catch (IOException e) {
      throw new SQLException(e);
    }
  }

  /** Ids of rows of a table, the newest first. */
  public List<String> ids(String table, int most) throws SQLException, IOException {
    List<String> ids = new ArrayList<>();
    try (Connection connection = connection();
        Statement run = connection.createStatement();
        ResultSet rows =
            run.executeQuery(
                "select id from " + table + " order by created_at desc, id limit " + most)) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  /** Posts a job that writes so many lines of about 90 bytes, and then one a second; its id. */
  public String logging(int lines) throws IOException {
    ObjectNode body = Json.MAPPER.createObjectNode().put("pipeline", "command");
    String text =
        "seq -f 'read %.0f of a tool that tells at length what it did with all that it was given' "
            + lines
            + "; while :; do date +now:%s.%3N; sleep 1; done";
    body.putArray("command").add("sh").add("-c").add(text);
    String token = Files.readString(home.resolve("token")).strip();
    return new NodeClient(url(), Optional.of(token))
        .post("/jobs", body, Optional.empty())
        .path("ids")
        .path(0)
        .asText();
  }

  @Override
  public void close() {
    node.close();
    archive.close();
  }
}
