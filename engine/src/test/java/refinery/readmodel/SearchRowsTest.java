package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.journal.JournalHarness;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.ReadModel.FacetCount;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.Found;
import refinery.protocol.query.ReadModel.InvalidCursor;
import refinery.testing.RefinedBatches;
import refinery.testing.RefinedBatches.Description;

class SearchRowsTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00.123456Z");
  private static final int VALUES = 50;

  private static JournalHarness journal;
  private static SqlExecutor sql;
  private RefinedBatches batches = new RefinedBatches(journal);
  private SearchIndex index = index("tissue");

  @BeforeAll
  static void open() {
    journal = new JournalHarness();
    sql = new SqlExecutor(journal.database().dataSource(), 2);
  }

  @AfterAll
  static void close() {
    sql.close();
    journal.close();
  }

  @AfterEach
  void clear() throws SQLException {
    journal.execute("truncate event_journal, event_tag, batch_row, search_row, search_todo");
  }

  /** Rules that take these keys' values in lower case. */
  private static SearchIndex index(String... keys) {
    Function<Map<String, String>, Map<String, Harmonised>> rules =
        words -> {
          Map<String, Harmonised> said = new TreeMap<>();
          for (String key : keys) {
            Optional.ofNullable(words.get(key))
                .ifPresent(
                    value ->
                        said.put(
                            key,
                            new Harmonised(value.toLowerCase(), Optional.empty(), key, "test")));
          }
          return said;
        };
    return new SearchIndex(sql, rules, String.join(" ", keys));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private void record(String name, int second, Map<String, String> said) {
    batches.describe(name, new Description("salmon-quant", Optional.of("homo_sapiens"), said));
    batches.begin(name, AT.plusSeconds(second));
  }

  private void indexAll() throws Exception {
    while (get(index.next()) > 0) {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }

  private static Found find(Map<String, String> filter, String... facets) throws Exception {
    return find(filter, 10, Optional.empty(), facets);
  }

  private static Found find(
      Map<String, String> filter, int limit, Optional<String> cursor, String... facets)
      throws Exception {
    return get(
        new SqlReadModel(sql).search(new Filter(filter, limit, cursor), List.of(facets), VALUES));
  }

  private static List<String> names(Found found) {
    return found.items().stream().map(hit -> hit.batch().key()).toList();
  }

  @Test
  void batchesAreFoundByTheirWordsAndFields() throws Exception {
    record("srr1", 1, Map.of("tissue", "Liver", "sample_title", "heat shock, 2 hours"));
    record("srr2", 2, Map.of("tissue", "Lung", "sample_title", "mock; shock by heat"));
    record("srr3", 3, Map.of("tissue", "Liver", "study_title", "it's 100% \"odd\" & (un|paired"));
    assertThat(find(Map.of()).total()).as("nothing is indexed yet").isZero();
    indexAll();
    assertThat(names(find(Map.of()))).containsExactly("srr3", "srr2", "srr1");
    assertThat(names(find(Map.of("q", "shock HEAT")))).containsExactly("srr2", "srr1");
    assertThat(names(find(Map.of("q", "\"heat shock\"")))).containsExactly("srr1");
    assertThat(names(find(Map.of("q", "heat -mock")))).containsExactly("srr1");
    assertThat(names(find(Map.of("q", "hours or odd")))).containsExactly("srr3", "srr1");
    assertThat(names(find(Map.of("q", "SRR2")))).containsExactly("srr2");
    assertThat(names(find(Map.of("q", "homo_sapiens", "tissue", "liver"))))
        .containsExactly("srr3", "srr1");
    for (String odd : List.of("'", "\"", "& | !", "(", "a\0b", "%_\\", "-", "🧬", ":*", "or or")) {
      assertThat(find(Map.of("q", odd)).total()).as(odd).isLessThanOrEqualTo(3);
    }
    assertThat(find(Map.of("tissue", "liver' or true --")).total()).isZero();
  }

  /** Of others that are made at once, and of those that come later. */
  @Test
  void aRowThatCannotBeMadeKeepsNoOtherBack() throws Exception {
    record("srr1", 1, Map.of("tissue", "Liver"));
    record("srr2", 2, Map.of("tissue", "Lung", "poison", "yes"));
    record("srr3", 3, Map.of("tissue", "Brain"));
    record("srr4", 4, Map.of("tissue", "Liver"));
    Function<Map<String, String>, Map<String, Harmonised>> rules =
        words -> {
          if (words.containsKey("poison")) {
            throw new IllegalStateException("no rule for this");
          }
          return Map.of(
              "tissue", new Harmonised(words.get("tissue"), Optional.empty(), "tissue", "test"));
        };
    journal.execute(
        "alter table search_row add constraint brainless check (facets ->> 'tissue' <> 'Brain')");
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    index = new SearchIndex(sql, rules, "poisoned").meteredBy(registry);
    try {
      indexAll();
    } finally {
      journal.execute("alter table search_row drop constraint brainless");
    }
    assertThat(names(find(Map.of("tissue", "Liver")))).containsExactly("srr4", "srr1");
    assertThat(names(find(Map.of()))).containsExactly("srr4", "srr3", "srr2", "srr1");
    assertThat(registry.get("refinery.search.unsearchable").functionCounter().count()).isEqualTo(2);
    SqlOverviewQueries overview = new SqlOverviewQueries(sql);
    assertThat(overview.unsearchable().toCompletableFuture().get(30, TimeUnit.SECONDS))
        .isEqualTo(2);
  }

  @Test
  void theStateIsThatOfNow() throws Exception {
    record("srr1", 1, Map.of("tissue", "Liver"));
    indexAll();
    assertThat(find(Map.of("state", "done")).total()).isZero();
    batches.finish("srr1", AT.plusSeconds(9), Map.of("quality_verdict", "warn"));
    assertThat(get(index.next())).as("a change of the state needs no new row").isZero();
    assertThat(names(find(Map.of("state", "done")))).containsExactly("srr1");
    assertThat(names(find(Map.of("quality", "warn")))).containsExactly("srr1");
    assertThat(find(Map.of("quality", "pass")).total()).isZero();
  }

  @Test
  void aSurveySelectsItsBatches() throws Exception {
    record("srr1", 1, Map.of("tissue", "Liver"));
    record("srr2", 2, Map.of("tissue", "Liver"));
    indexAll();
    journal.execute(
        "insert into batch_survey (survey_id, batch_id, seq_nr, state, created_at)"
            + " values ('survey-mine', 'batch-srr2', 1, 'done', now())");
    assertThat(names(find(Map.of("survey_id", "survey-mine", "tissue", "liver"))))
        .containsExactly("srr2");
    assertThat(find(Map.of("survey_id", "survey-other")).total()).isZero();
  }

  @Test
  void aFieldIsCountedAmongWhatTheOtherFieldsLeave() throws Exception {
    for (int i = 0; i < 12; i++) {
      String tissue = i % 3 == 0 ? "Liver" : "Lung";
      record("srr" + i, i, Map.of("tissue", tissue, "sex", i % 2 == 0 ? "male" : "female"));
    }
    record("none", 50, Map.of("sex", "male"));
    index = index("tissue", "sex");
    indexAll();
    Found found = find(Map.of("tissue", "liver", "sex", "male"), "tissue", "sex", "pipeline");
    assertThat(found.total()).isEqualTo(2);
    assertThat(found.facets().get("tissue"))
        .containsExactly(new FacetCount("lung", 4), new FacetCount("liver", 2));
    assertThat(found.facets().get("sex"))
        .containsExactly(new FacetCount("female", 2), new FacetCount("male", 2));
    assertThat(found.facets().get("pipeline")).containsExactly(new FacetCount("salmon-quant", 2));
    assertThat(find(Map.of(), "tissue").facets().get("tissue"))
        .as("who has no tissue is not counted as one")
        .containsExactly(new FacetCount("lung", 8), new FacetCount("liver", 4));
  }

  @Test
  void pagesAreWholeWhicheverIndexReadsThem() throws Exception {
    for (int i = 0; i < 50; i++) {
      record("srr" + i, i / 3, Map.of("tissue", i % 2 == 0 ? "Liver" : "Lung"));
    }
    indexAll();
    for (Map<String, String> filter :
        List.of(Map.<String, String>of(), Map.of("tissue", "liver"), Map.of("q", "lung"))) {
      List<String> expected = names(find(filter, 1000, Optional.empty()));
      List<String> paged = new ArrayList<>();
      Optional<String> cursor = Optional.empty();
      do {
        Found page = find(filter, 7, cursor);
        assertThat(page.total()).isEqualTo(expected.size());
        paged.addAll(names(page));
        cursor = page.next();
      } while (cursor.isPresent());
      assertThat(paged).isEqualTo(expected).doesNotHaveDuplicates();
      List<String> byTime =
          get(
              sql.run(
                  connection ->
                      SearchRows.page(new Filter(filter, 0, Optional.empty()), false, 1000)
                          .list(connection, row -> row.getString("batch_id"))));
      assertThat(byTime)
          .containsExactlyElementsOf(paged.stream().map(key -> "batch-" + key).toList());
    }
    String foreign = find(Map.of(), 7, Optional.empty()).next().orElseThrow();
    assertThatThrownBy(() -> find(Map.of("q", "lung"), 7, Optional.of(foreign)))
        .hasCauseInstanceOf(InvalidCursor.class);
  }

  @Test
  void newWordsAndNewRulesAreIndexedAnew() throws Exception {
    record("srr1", 1, Map.of("tissue", "Liver", "sex", "male"));
    indexAll();
    batches.describe(
        "srr1",
        new Description("salmon-quant", Optional.empty(), Map.of("tissue", "Lung", "sex", "male")));
    batches.informSurvey("srr1", AT.plusSeconds(5));
    indexAll();
    assertThat(find(Map.of("tissue", "liver")).total()).isZero();
    assertThat(find(Map.of("tissue", "lung")).total()).isEqualTo(1);

    assertThat(get(index.begin())).as("made by these rules").isZero();
    index = index("tissue", "sex");
    assertThat(get(index.begin())).isEqualTo(1);
    indexAll();
    assertThat(find(Map.of("sex", "male")).total()).isEqualTo(1);
  }

  @Test
  void whatIsVeryLongIsFoundByItsLabels() throws Exception {
    Map<String, String> said = new HashMap<>();
    said.put("abstract", "prose ".repeat(300_000));
    said.put("tissue", "Liver");
    record("srr1", 1, said);
    indexAll();
    assertThat(names(find(Map.of("q", "liver")))).containsExactly("srr1");
  }

  @Test
  void twoNodesShareTheWork() throws Exception {
    int many = 3 * SearchIndex.PAGE;
    for (int i = 0; i < many; i++) {
      record("srr" + i, i, Map.of("tissue", "Liver"));
    }
    SearchIndex other = index("tissue");
    int made = 0;
    int last;
    do {
      CompletionStage<Integer> one = index.next();
      CompletionStage<Integer> two = other.next();
      last = get(one) + get(two);
      made += last;
    } while (last > 0);
    assertThat(made).isEqualTo(many);
    assertThat(find(Map.of("tissue", "liver")).total()).isEqualTo(many);
  }
}
