package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** Lists: addresses, length, keys, export, and that news leave the reader where he is. */
@Order(1)
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class ListBrowserTest {
  private static final String ROWS = ".table tbody tr[role=row]";
  private static final String FRAME = "document.querySelector('.table-frame')";

  private static final String PLACE =
      "document.querySelector('tr.active').offsetTop - " + FRAME + ".scrollTop";

  /** With {@code -Drefinery.rows=100000} as many as the benchmark's lists have. */
  private static final String MANY =
      """
      insert into job_row
      select 'job-many' || lpad(n::text, 6, '0'), seq_nr, kind, 'succeeded', 'survey-many', pipeline, node, attempt, null, null, null,
        false, timestamptz '2001-01-01' + n * interval '1 second', timestamptz '2001-02-01', false, changed_at, ticket,
        replace(document::text, id, 'job-many' || lpad(n::text, 6, '0'))::json
      from (select * from job_row where kind = 'process' and state = 'succeeded' limit 1) one, generate_series(1, %d) n
      """
          .formatted(Integer.getInteger("refinery.rows", 6_000));

  /** As if looks some minutes ago had found this. */
  private static final String LOOKED_AT =
      """
      insert into state_history
      select date_trunc('minute', now()) - n * interval '1 minute', kind, state, number
      from generate_series(5, 20) n, (values ('job', 'running', 12), ('batch', 'processing', 777)) found (kind, state, number)
      on conflict (at, kind, state) do update set number = excluded.number
      """;

  @Test
  void filtersAreInTheAddressAndSurviveReloadAndBack(Browser browser) {
    try (Window window = browser.open("/jobs")) {
      window.find("label:has-text(\"State\") select").selectOption("failed");
      window.page().waitForURL("**/jobs?state=failed");
      window.find(ROWS + " .state:has-text(\"failed\")");
      window
          .page()
          .waitForCondition(
              () -> window.page().locator(ROWS + ":has-text(\"succeeded\")").count() == 0);
      window.page().reload();
      window.find(ROWS + " .state:has-text(\"failed\")");
      assertThat(window.page().locator(ROWS + ":has-text(\"succeeded\")").count()).isZero();
      assertThat(window.find("label:has-text(\"State\") select").inputValue()).isEqualTo("failed");
      window.find(ROWS).click();
      window.page().waitForURL("**/jobs/job-*");
      window.page().goBack();
      assertThat(window.path()).isEqualTo("/jobs?state=failed");
      assertThat(window.find("label:has-text(\"State\") select").inputValue()).isEqualTo("failed");
      window.page().goBack();
      window.find(ROWS + ":has-text(\"succeeded\")");
      assertThat(window.path()).isEqualTo("/jobs");
    }
  }

  @Test
  void aLongListIsReadAsItIsScrolledAndStaysWhereItWas(Refinery refinery, Browser browser)
      throws Exception {
    refinery.sql(MANY);
    try (Window window = browser.open("/jobs?survey_id=survey-many")) {
      Page page = window.page();
      window.find(ROWS);
      for (int loaded = loaded(page); loaded < 2_500; loaded = loaded(page)) {
        page.evaluate(FRAME + ".scrollTop = " + FRAME + ".scrollHeight");
        int before = loaded;
        page.waitForCondition(() -> loaded(page) > before);
      }
      assertThat(page.locator(ROWS).count()).as("rows in the page").isLessThan(120);
      page.evaluate(FRAME + ".scrollTop = 37 * 2000");
      page.waitForFunction(
          "row => Math.abs(document.querySelector(row)?.getAttribute('aria-rowindex') - 2000) < 30",
          ROWS);
      String row = page.locator(ROWS).nth(20).getAttribute("aria-rowindex");
      AtomicInteger asked = new AtomicInteger();
      page.onRequest(request -> asked.addAndGet(request.url().contains("/api/v1/jobs?") ? 1 : 0));
      page.locator(ROWS + "[aria-rowindex=\"" + row + "\"]").click();
      page.waitForURL("**/jobs/job-many*");
      window.find("main h1");
      page.goBack();
      isWhereItWas(window, row);
      page.locator(ROWS + "[aria-rowindex=\"" + row + "\"]").click();
      page.waitForURL("**/jobs/job-many*");
      page.keyboard().press("u");
      isWhereItWas(window, row);
      assertThat(asked.get()).as("only what is in sight is read again").isLessThanOrEqualTo(3);
      window.find("label:has-text(\"State\") select").selectOption("succeeded");
      page.waitForURL("**/jobs?*state=succeeded");
      window.find(ROWS + "[aria-rowindex=\"2\"]"); // Another list begins at its beginning.
      window.expectErrors();
      page.route("**/api/v1/jobs?*", Route::abort);
      page.click(".export button:has-text(\"CSV\")");
      window.find(".export [role=alert]:has-text(\"nothing was exported: The node does not\")");
    } finally {
      refinery.sql("delete from job_row where survey_id = 'survey-many'");
    }
  }

  private static void isWhereItWas(Window window, String row) {
    window.find(ROWS + "[aria-rowindex=\"" + row + "\"].active");
    assertThat(window.path()).isEqualTo("/jobs?survey_id=survey-many");
    assertThat(((Number) window.page().evaluate(FRAME + ".scrollTop")).intValue())
        .isEqualTo(37 * 2000);
  }

  @Test
  void aListIsSortedByItsHeads(Refinery refinery, Browser browser) {
    TreeMap<String, String> posted = new TreeMap<>();
    refinery
        .client()
        .get("/surveys?limit=1000")
        .path("items")
        .forEach(item -> posted.put(item.path("created_at").asText(), item.path("id").asText()));
    try (Window window = browser.open("/surveys")) {
      window.find("button.sort:has-text(\"Posted\")").click();
      window.find("th[aria-sort=ascending]:has-text(\"Posted\")");
      waitForFirst(window.page(), posted.firstEntry().getValue());
      window.find("button.sort:has-text(\"Posted\")").click();
      window.find("th[aria-sort=descending]:has-text(\"Posted\")");
      waitForFirst(window.page(), posted.lastEntry().getValue());
      assertThat(window.path()).isEqualTo("/surveys?sort=-created_at");
      window.page().reload();
      waitForFirst(window.page(), posted.lastEntry().getValue());
      whatIsNotWhollyLoadedIsNotSorted(refinery, window);
    }
  }

  /** The node's own answer, whose list goes on: what is loaded is not sorted as if it were all. */
  private static void whatIsNotWhollyLoadedIsNotSorted(Refinery refinery, Window window) {
    ObjectNode page = (ObjectNode) refinery.client().get("/surveys?limit=100");
    page.put("next", "more");
    String newest = page.at("/items/0/id").asText();
    window
        .page()
        .route(
            "**/api/v1/surveys?*",
            route -> {
              if (!route.request().url().contains("cursor=")) {
                route.fulfill(SurveysBrowserTest.answer(page));
              } // A further page does not come.
            });
    window.go("/surveys?sort=created_at");
    Locator posted = window.find("th:has-text(\"Posted\")");
    assertThat(posted.getAttribute("title")).startsWith("Can be sorted once all rows are loaded");
    assertThat(posted.getAttribute("aria-sort")).isNull();
    waitForFirst(window.page(), newest);
    window.find("button.sort:has-text(\"Posted (not yet)\")").click();
    window.page().waitForCondition(() -> window.path().equals("/surveys"));
    assertThat(window.page().locator("button.sort").count()).isZero();
  }

  private static void waitForFirst(Page page, String id) {
    page.waitForFunction(
        "([rows, id]) => document.querySelector(rows)?.id.endsWith(id)", List.of(ROWS, id));
  }

  private static int loaded(Page page) {
    String said = page.locator(".table-foot [role=status]").textContent();
    return Integer.parseInt(said.replaceFirst("\\D*([0-9,]+).*", "$1").replace(",", ""));
  }

  @Test
  void newsLeaveFocusAndRowAndWhatWasMissedIsReplayed(Refinery refinery, Browser browser) {
    try (Window window = browser.open("/jobs?state=failed&kind=process")) {
      window.expectErrors();
      Page page = window.page();
      window.find(ROWS);
      page.keyboard().press("j");
      String active = page.locator("tr.active").getAttribute("id");
      page.keyboard().press("x");
      int before = page.locator(ROWS).count();
      refinery.await(refinery.survey("PRJDB990103", "breaks"), "failed", "done_with_failures");
      waitForRows(page, before);
      assertThat(page.locator("tr.active").getAttribute("id")).isEqualTo(active);
      assertThat(page.evaluate("document.activeElement.tagName")).isEqualTo("TABLE");
      assertThat(page.locator("tr.active input[type=checkbox]").isChecked()).isTrue();

      page.route("**/api/v1/events*", Route::abort);
      page.evaluate("dispatchEvent(new Event('online'))");
      window.find(".connection:has-text(\"Disconnected for\")");
      assertThat(page.locator(".connection p > :not([aria-hidden])").allInnerTexts())
          .as("what is spoken does not change each second")
          .containsExactly("Disconnected.", "Try now");
      int cut = page.locator(ROWS).count();
      page.locator("tr.active input[type=checkbox]").check();
      page.setViewportSize(1280, 120); // Three rows are more than this list's frame has room for.
      page.evaluate(FRAME + ".scrollTop = 37");
      Object place = page.evaluate(PLACE);
      refinery.await(refinery.survey("PRJNA990101", "breaks"), "failed", "done_with_failures");
      page.unroute("**/api/v1/events*");
      page.waitForFunction("() => !document.querySelector('.connection').textContent.trim()");
      waitForRows(page, cut);
      assertThat(page.locator("tr.active").getAttribute("id")).isEqualTo(active);
      assertThat(page.evaluate(PLACE))
          .as("the reader sees what he saw, though rows came before it")
          .isEqualTo(place);
      assertThat(page.locator("tr.active input[type=checkbox]").isChecked()).isTrue();
      window.find(".table-foot:has-text(\", 1 selected\")");
    }
  }

  /** An event stream of which nothing comes while the page is made deaf; no error does, either. */
  private static final String SILENCE =
      """
      const Real = EventSource;
      window.EventSource = class extends Real {
        constructor(url) {
          super(url);
          for (const type of ['open', 'message', 'error']) {
            this.addEventListener(type, event => window.deaf && event.stopImmediatePropagation());
          }
        }
      };
      """;

  @Test
  void aStreamThatFallsSilentIsMissedAndOpenedAgainAndListsAreReadMeanwhile(Browser browser) {
    try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
      Page page = window.page();
      page.clock().install();
      page.addInitScript(SILENCE);
      AtomicInteger streams = new AtomicInteger();
      page.onRequest(request -> streams.addAndGet(request.url().contains("/events?") ? 1 : 0));
      window.go("/jobs");
      window.find(ROWS);
      page.waitForCondition(() -> streams.get() == 1);
      page.evaluate("window.deaf = true");
      page.clock().fastForward(30_000);
      assertThat(page.locator(".connection").innerText()).isEmpty();
      page.waitForRequest("**/api/v1/jobs?*", () -> page.clock().fastForward(30_000));
      page.waitForFunction(
          "() => /Disconnected for \\d+ s/.test(document.querySelector('.connection').innerText)");
      page.waitForCondition(() -> streams.get() == 2);
      page.evaluate("window.deaf = false");
      page.clock().fastForward(50_000);
      page.waitForFunction("() => !document.querySelector('.connection').textContent.trim()");
    }
  }

  private static void waitForRows(Page page, int more) {
    page.waitForFunction(
        "([rows, n]) => document.querySelectorAll(rows).length > n", List.of(ROWS, more));
  }

  @Test
  void everythingIsReachedByKeys(Refinery refinery, Browser browser) {
    String batch =
        refinery.client().get("/batches?state=done").path("items").get(0).path("id").asText();
    String accession = refinery.client().get("/batches/" + batch).path("key").asText();
    try (Window window = browser.open("/jobs")) {
      Page page = window.page();
      window.find(ROWS);
      page.keyboard().press("?");
      window.find("dialog:has-text(\"Next and previous row\")");
      page.keyboard().press("Escape");
      page.keyboard().press("j");
      page.keyboard().press("j");
      page.keyboard().press("k");
      String id = page.locator("tr.active").getAttribute("id").replaceFirst("^e\\d+-", "");
      page.keyboard().press("x");
      page.keyboard().press("j");
      page.keyboard().press("j");
      page.keyboard().press("Shift+X");
      window.find(".table-foot:has-text(\", 3 selected\")");
      page.keyboard().press("k");
      page.keyboard().press("k");
      page.keyboard().press("Enter");
      page.waitForURL("**/jobs/" + id);
      window.find("main h1");
      page.keyboard().press("/");
      window.find("dialog input:focus");
      page.keyboard().type(accession);
      window.find("[role=option][aria-selected=true]:has-text(\"" + accession + "\")");
      assertThat(window.violationsOfDialog()).isEmpty();
      page.keyboard().press("Enter");
      page.waitForURL("**/batches/batch-*");
      window.find("main h1");
      page.keyboard().press("/");
      window.find("dialog input:focus");
      page.keyboard().type(refinery.failed().substring(0, 14));
      window.find("[role=option][aria-selected=true]:has-text(\"" + refinery.failed() + "\")");
      page.keyboard().press("Enter");
      page.waitForURL("**/surveys/" + refinery.failed());
      String node = refinery.client().get("/nodes").at("/items/0/id").asText();
      jump(window, node, "node", "**/nodes/" + node);
      String digest = refinery.client().get("/batches/" + batch).at("/artifacts/0/sha256").asText();
      jump(window, digest.substring(0, 12), "artifact", "**/batches/*");
    }
  }

  /** The node's own answer, of a node whose foreman is silent. */
  private static void whatIsInTheWayIsSaidFirst(Refinery refinery, Window window) {
    ObjectNode health = (ObjectNode) refinery.client().get("/health");
    health.putArray("problems").add("the foreman does not answer");
    health.withObject("/foreman").put("answers", false);
    window
        .page()
        .route("**/api/v1/health", route -> route.fulfill(SurveysBrowserTest.answer(health)));
    window.go("/");
    window.find(".condition.bad li:has-text(\"the foreman does not answer\")");
    window.find("tr:has(th:text-is(\"Foreman\")):has-text(\"✕ does not answer\")");
    window.page().unroute("**/api/v1/health");
  }

  private static void jump(Window window, String text, String kind, String address) {
    window.find("main h1");
    window.page().keyboard().press("/");
    window.find("dialog input:focus");
    window.page().keyboard().type(text);
    window.find("[role=option][aria-selected=true]:has(.kind:text-is(\"" + kind + "\"))");
    window.page().keyboard().press("Enter");
    window.page().waitForURL(address);
  }

  @Test
  void aListIsExportedAsItIsFiltered(Browser browser) throws Exception {
    try (Window window = browser.open("/jobs?state=failed")) {
      Page page = window.page();
      window.find(ROWS);
      Download csv = page.waitForDownload(() -> page.click(".export button:has-text(\"CSV\")"));
      List<String> lines = Files.readAllLines(csv.path());
      assertThat(lines).hasSizeGreaterThan(2);
      assertThat(lines.getFirst()).contains("state");
      assertThat(lines.subList(1, lines.size())).allMatch(line -> line.contains("failed"));
      Download json = page.waitForDownload(() -> page.click(".export button:has-text(\"JSON\")"));
      assertThat(Files.readString(json.path())).contains("\"state\": \"failed\"");
      jobsAreSorted(window);
    }
  }

  /** By the times that they were made; what is exported is sorted, too. */
  private static void jobsAreSorted(Window window) throws Exception {
    Locator first = window.find(ROWS);
    String newest = first.getAttribute("id");
    window.find("button.sort:has-text(\"Made\")").click();
    window.find("th[aria-sort=ascending]:has-text(\"Made\")");
    window.page().waitForCondition(() -> !first.getAttribute("id").equals(newest));
    Download json =
        window
            .page()
            .waitForDownload(() -> window.page().click(".export button:has-text(\"JSON\")"));
    List<Instant> made = new ArrayList<>();
    Json.MAPPER
        .readTree(Files.readString(json.path()))
        .forEach(
            job ->
                made.add(
                    Instant.parse(job.path("created_at").asText()).truncatedTo(ChronoUnit.MILLIS)));
    assertThat(made).hasSizeGreaterThan(1).isSorted();
    assertThat(window.page().locator("button.sort").allInnerTexts())
        .containsExactly(
            "State", "Kind", "Works on", "Pipeline", "Node", "Attempt", "Took", "Made ▲");
    assertThat(window.path()).isEqualTo("/jobs?state=failed&sort=created_at");
  }

  @Test
  void theOverviewShowsTheWholeAndLeadsToTheLists(Refinery refinery, Browser browser)
      throws Exception {
    refinery.sql(LOOKED_AT);
    try (Window window = browser.open("/")) {
      window.find("h2:has-text(\"Throughput\")");
      window.find(".chart-frame[aria-label^='Jobs that have not ended: running'] canvas");
      String batches = ".chart:has([aria-label^='Batches that have not ended'])";
      window.find(batches + " canvas");
      window.find(batches + " summary").click();
      window.find(batches + " td:has-text(\"777\")");
      window.find("section:has-text(\"Failures by cause\") td:has-text(\"input is not FASTQ\")");
      assertThat(window.find("a:has-text(\"input is not FASTQ\")").getAttribute("href"))
          .isEqualTo("/failures?failure_class=permanent");
      window.find("section:has-text(\"Oldest wait\") a:has-text(\"job\")");
      assertThat(window.find("section:has-text(\"Room for data\") td").innerText())
          .matches("[0-9.]+ [MGT]B");
      String machines = "section:has(h2:text-is(\"Scheduler and foreman\")) tr:has(th:text-is(\"";
      assertThat(window.find(machines + "Scheduler\"))").textContent())
          .contains("✓ answers", "queued", "given to nodes");
      assertThat(window.find(machines + "Foreman\"))").textContent()).contains("✓ answers");
      window.find(".condition.good:has-text(\"All is well\")");
      window.find(".legend li:has-text(\"✕\"):has(.bad.pattern-0):has-text(\"failed\")");
      window.find(".legend li:has-text(\"⊠\"):has(.bad.pattern-1):has-text(\"unplaceable\")");
      window.find(".u-wrap canvas");
      assertThat(window.violations()).isEmpty();
      window.find("a.stat:has-text(\"Inbox\")").click();
      window.page().waitForURL("**/inbox");
      whatIsInTheWayIsSaidFirst(refinery, window);
      window.go("/?range=24h");
      assertThat(window.find("button[aria-pressed=true]").textContent()).isEqualTo("day");
    }
  }
}
