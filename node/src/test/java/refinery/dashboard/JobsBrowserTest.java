package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** Jobs, their logs, times and explanations, failures by cause, and actions on many at once. */
@Order(Integer.MAX_VALUE)
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class JobsBrowserTest {
  /** Some browsers scroll smoothly. */
  private static final String STILL =
      """
      () => new Promise(answer => {
        const frame = document.querySelector('.log-frame'), top = frame.scrollTop;
        requestAnimationFrame(() => requestAnimationFrame(() => answer(frame.scrollTop === top)));
      })
      """;

  private static List<String> jobs(Refinery refinery, int count, String script) {
    return jobs(refinery, count, script, 10);
  }

  private static List<String> jobs(Refinery refinery, int count, String script, int millicores) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("pipeline", "command").put("count", count);
    body.putArray("command").add("sh").add("-c").add(script);
    body.putObject("resources").put("cpu", millicores).put("memory", 16L << 20);
    List<String> ids = new ArrayList<>();
    refinery
        .client()
        .post("/jobs", body, Optional.empty())
        .path("ids")
        .forEach(id -> ids.add(id.asText()));
    return ids;
  }

  private static JsonNode await(Refinery refinery, String job, String state) {
    return Awaitility.await()
        .atMost(Refinery.PATIENCE)
        .until(
            () -> refinery.client().get("/jobs/" + job),
            found -> found.path("state").asText().equals(state));
  }

  private static String failed(Refinery refinery) {
    return refinery.job(refinery.failed(), "failed").orElseThrow().path("id").asText();
  }

  private static String succeeded(Refinery refinery) {
    return refinery.job(refinery.done(), "succeeded").orElseThrow().path("id").asText();
  }

  @Test
  void filtersAreInTheAddressAndSurviveAReloadAndTheWayBack(Refinery refinery, Browser browser) {
    try (Window window = browser.open("/jobs")) {
      window.page().getByLabel("State").selectOption("failed");
      window.page().waitForURL("**/jobs?state=failed");
      window.page().reload();
      assertThat(window.page().getByLabel("State").inputValue()).isEqualTo("failed");
      window.find("td >> text=" + failed(refinery)).click();
      window.find("h2:has-text(\"Why it failed\")");
      window.page().goBack();
      window.find("main h1:has-text(\"Jobs\")");
      assertThat(window.path()).isEqualTo("/jobs?state=failed");
      whatIsChosenIsWhatIsSeen(window, failed(refinery));
    }
  }

  private static void whatIsChosenIsWhatIsSeen(Window window, String id) {
    window.find("input[aria-label=\"Select " + id + "\"]").check();
    window.find("button:has-text(\"Retry 1 jobs\")");
    window.page().getByLabel("Kind").selectOption("download");
    window.find("button:has-text(\"Retry 0 jobs\")");
    window.page().goBack();
    assertThat(window.find("input[aria-label=\"Select " + id + "\"]").isChecked()).isFalse();
  }

  @Test
  void manyAreCancelledAsTheyWereSeenAndWhatChangedIsLeftAlone(Refinery refinery, Browser browser) {
    List<String> ids = jobs(refinery, 2, "exec sleep 7200");
    ids.forEach(id -> await(refinery, id, "running"));
    try (Window window = browser.open("/jobs?state=running&kind=process")) {
      ids.forEach(id -> window.find("input[aria-label=\"Select " + id + "\"]").check());
      window.find("button:has-text(\"Cancel 2 jobs\")").click();
      ids.forEach(id -> window.find("dialog .ids >> text=" + id));
      refinery
          .client()
          .post(
              "/jobs/" + ids.getFirst() + "/cancel",
              Json.MAPPER.createObjectNode(),
              Optional.empty());
      await(refinery, ids.getFirst(), "cancelled");
      window.find("dialog button.danger").click();
      window.find("dialog >> text=1 done, 1 left alone");
      window.find("dialog >> text=was running, is cancelled");
    }
    await(refinery, ids.getLast(), "cancelled");
  }

  /** Batches that have failed of something else. */
  private static List<String> givenUp(Refinery refinery) {
    String survey = refinery.survey("PRJEB990102", "barren");
    refinery.await(survey, "done_with_failures");
    List<String> batches = SurveysBrowserTest.batches(refinery, survey);
    assertThat(batches).hasSize(2);
    return batches;
  }

  /** The node's own plan, in which these batches hang on the group. */
  private static void hangsOnIt(Window window, List<String> batches) {
    window
        .page()
        .route(
            "**/retry-plan*",
            route -> {
              ObjectNode plan = (ObjectNode) SurveysBrowserTest.json(route);
              batches.forEach(plan.putArray("batches")::add);
              route.fulfill(SurveysBrowserTest.answer(plan));
            });
  }

  /** The node holds the answers back while the window is closed. */
  @Test
  void whatHasBegunIsNotLeftWithoutAWord(Refinery refinery, Browser browser) {
    List<String> ids = jobs(refinery, 6, "exec sleep 7200");
    ids.forEach(id -> await(refinery, id, "running"));
    List<Route> held = new ArrayList<>();
    try (Window window = browser.open("/jobs?state=running&kind=process&pipeline=command")) {
      ids.forEach(id -> window.find("input[aria-label=\"Select " + id + "\"]").check());
      window.page().route("**/api/v1/jobs/*/cancel", held::add);
      window.find("button:has-text(\"Cancel 6 jobs\")").click();
      window.find("dialog button.danger").click();
      window.page().waitForCondition(() -> held.size() == 4);
      window.page().keyboard().press("Escape");
      window.find("dialog button:has-text(\"It stops after those that have begun\")");
      held.forEach(Route::resume);
      window.find("dialog >> text=4 done, 0 left alone, 0 refused, 2 not begun");
      window.page().keyboard().press("Escape");
      window.page().waitForCondition(() -> window.page().locator("dialog").count() == 0);
    } finally {
      ids.forEach(id -> cancel(refinery, id));
    }
  }

  private static void cancel(Refinery refinery, String id) {
    refinery
        .client()
        .post("/jobs/" + id + "/cancel", Json.MAPPER.createObjectNode(), Optional.empty());
  }

  @Test
  void aGroupOfFailuresIsRetriedWithTwoClicks(Refinery refinery, Browser browser) {
    List<String> ids = jobs(refinery, 27, "echo cannot read /data/run-$$ >&2; exit 41");
    ids.forEach(id -> await(refinery, id, "failed"));
    List<String> batches = givenUp(refinery);
    try (Window window = browser.open("/failures")) {
      hangsOnIt(window, batches);
      Locator group = window.find("li.failure:has-text(\"41\")");
      assertThat(group.locator(".failure-count").innerText()).isEqualTo("27 jobs");
      group.locator("button:has-text(\"Retry this group with its dependants\")").click();
      window.find("dialog >> text=27 failed jobs of this group");
      window.find("dialog >> text=and 2 batches that were given up because of them");
      assertThat(window.page().locator("dialog ul.ids").first().locator("li").count())
          .isEqualTo(20);
      Locator go = window.find("dialog button:has-text(\"Retry 29\")");
      assertThat(go.isDisabled()).as("more than 25 must be typed").isTrue();
      window.find("dialog input").fill("29");
      assertThat(window.violationsOfDialog()).isEmpty();
      go.click();
      window.find("dialog >> text=29 done, 0 left alone, 0 refused");
      assertThat(window.violationsOfDialog()).isEmpty();
      Awaitility.await()
          .atMost(Refinery.PATIENCE)
          .until(
              () ->
                  ids.stream()
                      .map(id -> refinery.client().get("/jobs/" + id))
                      .allMatch(job -> job.path("attempt").asInt() == 2));
      await(refinery, ids.getFirst(), "failed");
      aLineIsOfItsAttempt(window, "/jobs/" + ids.getFirst());
    }
    for (String batch : batches) {
      Awaitility.await()
          .atMost(Refinery.PATIENCE)
          .until(() -> SurveysBrowserTest.attempts(refinery, batch) > 1);
    }
  }

  /** What an attempt writes has its process's number. */
  private static void aLineIsOfItsAttempt(Window window, String job) {
    String line = ".log-row:has-text(\"cannot read /data/run-\")";
    String newest = window.go(job).find(line + " .log-text").innerText();
    window.find(line + " .log-number").click();
    window.find(line + ".marked");
    assertThat(window.path()).matches(job + "\\?attempt=2#L\\d+");
    window.go(window.path().replace("attempt=2", "attempt=1"));
    assertThat(window.find(line + ".marked .log-text").innerText())
        .startsWith("cannot read /data/run-")
        .isNotEqualTo(newest);
  }

  /** Other surveys have failed of the same: those of the page are retried, and no others. */
  @Test
  void aGroupIsRetriedAsThePageIsFiltered(Refinery refinery, Browser browser) {
    String group = "li.failure:has-text(\"input is not FASTQ\")";
    int own = refinery.client().get(failedOf(refinery)).path("items").size();
    refinery.await(refinery.survey("PRJDB990103", "breaks"), "failed", "done_with_failures");
    try (Window window = browser.open("/failures?kind=process")) {
      int all = Integer.parseInt(window.find(group + " .failure-count b").innerText());
      assertThat(all).isGreaterThan(own);
      window.go("/failures?kind=process&pipeline=breaks&survey_id=" + refinery.failed());
      assertThat(window.find(group + " .failure-count b").innerText())
          .isEqualTo(Integer.toString(own));
      window.find(group + " button:has-text(\"Retry this group\")").click();
      window.find("dialog h2:has-text(\"Retry " + own + " of this group\")");
      window.find("dialog >> text=" + own + " failed jobs of this group");
      window.page().keyboard().press("Escape");
      window.find(group + " a:has-text(\"List its jobs\")").click();
      window.find(".table tbody tr[role=row]");
      assertThat(window.page().getByLabel("Pipeline").inputValue()).isEqualTo("breaks");
      window.page().getByLabel("Pipeline").fill("copies");
      window.page().getByLabel("Pipeline").press("Enter");
      window.shows("No job passes these filters");
    }
  }

  private static String failedOf(Refinery refinery) {
    return "/jobs?kind=process&state=failed&survey_id=" + refinery.failed();
  }

  @Test
  void aJobHasItsLogActionsReasonsAndProvenanceOnOneScreen(Refinery refinery, Browser browser) {
    String id = failed(refinery);
    try (Window window = browser.open("/jobs/" + id, 1440, 900, ColorScheme.LIGHT)) {
      for (String part :
          List.of(
              ".log-row:has-text(\"input is not FASTQ\")",
              "button:has-text(\"Retry\")",
              "button:has-text(\"Cancel\")",
              "input[type=number]",
              "h2:has-text(\"Why it failed\")",
              ".reasons li",
              "a:has-text(\"RO-Crate\")")) {
        Locator found = window.find(part);
        var box = found.boundingBox();
        assertThat(box.y + box.height).as(part).isLessThan(900);
      }
      window.find("button[aria-label^=\"Retry: as curl\"]").click();
      window.find("dialog code:has-text(\"curl -X POST\")");
      window.find("dialog code:has-text(\"refinery retry " + id + "\")");
      window.page().keyboard().press("Escape");
      window.find(".timeline .step .label:has-text(\"✕ work\")");
      window.find("h2:has-text(\"Who did what\")");
      window.find(".story >> text=given up");
    }
  }

  @Test
  void whatWaitsSaysWhyAndWhatReleasesIt(Refinery refinery, Browser browser) {
    JsonNode boulder = refinery.job(refinery.unplaceable(), "unplaceable").orElseThrow();
    try (Window window = browser.open("/jobs/" + boulder.path("id").asText())) {
      window.find("h2:has-text(\"Why no node takes it\")");
      window.find(".reasons >> text=needs cpu 4000.00");
      window.find(".release >> text=a node joins that has cpu 4000.00");
      window.go("/jobs?state=unplaceable");
      window.find("td:has-text(\"needs cpu 4000.00\")");
      whatWaitsForItsNextAttemptSaysWhen(window, refinery, boulder.path("id").asText());
    }
  }

  /** It asks for the whole node, some of which is taken as long as others run. */
  @Test
  void whatIsInLineSaysWhyInNumbersAndItsButtonsDoWhatTheySay(Refinery refinery, Browser browser) {
    int cpu = refinery.client().get("/nodes").at("/items/0/capacity/cpu").asInt();
    String id = jobs(refinery, 1, "true", cpu).getFirst();
    try (Window window = browser.open("/jobs/" + id)) {
      window.find("h2:has-text(\"Why it waits\")");
      window.find(".reasons li:has-text(\"cpu\")");
      window.find(".release li");
      window.find("summary:has-text(\"In numbers\")").click();
      window.find("dt:has-text(\"Queued for\")");
      assertThat(window.find("details th:has(a[href^='/nodes/']) + td").innerText())
          .containsPattern("\\d.* of \\d");
      window.find("input[type=number]").fill("70");
      window.find("button:text-is(\"Set\")").click();
      window.shows("priority 70");
      window.find("button:text-is(\"Cancel\")").click();
      window.find("dialog button.danger:has-text(\"Cancel\")").click();
      window.find("main .row .state:has-text(\"cancelled\")");
      window.find("button:text-is(\"Retry\")").click();
      window.find("main .row .state:has-text(\"queued\")");
      assertThat(refinery.client().get("/jobs/" + id).path("priority").asInt()).isEqualTo(70);
    } finally {
      cancel(refinery, id);
    }
  }

  /** The node's own answers of a job that no node can hold, told to wait for its next attempt. */
  private static void whatWaitsForItsNextAttemptSaysWhen(
      Window window, Refinery refinery, String id) {
    ObjectNode job = (ObjectNode) refinery.client().get("/jobs/" + id);
    ObjectNode why = (ObjectNode) refinery.client().get("/jobs/" + id + "/explanation");
    job.put("state", "waiting").put("waiting_for", "attempt 1 failed: no answer");
    why.put("state", "waiting")
        .put("reason", "attempt 1 failed: no answer; the host is left alone");
    why.put("retry_at", java.time.Instant.now().plusSeconds(115).toString()).putNull("scheduler");
    answer(window, "/jobs/" + id + "/explanation", why);
    answer(window, "/jobs/" + id, job);
    window.go("/jobs/" + id);
    window.find("h2:has-text(\"Why it waits\")");
    window.find(".reasons li:has-text(\"the host is left alone\")");
    assertThat(window.page().locator(".reasons li").allTextContents())
        .containsExactly("attempt 1 failed: no answer", "the host is left alone");
    window.find("p:has-text(\"It is tried again in 1 min\")");
  }

  private static void answer(Window window, String path, JsonNode body) {
    window
        .page()
        .route(
            java.util.regex.Pattern.compile("/api/v1" + path + "$"),
            route -> route.fulfill(SurveysBrowserTest.answer(body)));
  }

  @Test
  void aLogIsSearchedFilteredAndLinkedToByLine(Refinery refinery, Browser browser)
      throws Exception {
    String id = succeeded(refinery);
    try (Window window = browser.open("/jobs/" + id)) {
      window.find(".log-row:has-text(\"no fault\")");
      window.page().getByLabel("Search the log").fill("NO FAULT");
      window.find("text=/[0-9]+ lines? found/");
      window.find(".log-row mark");
      assertThat(window.path()).contains("q=NO");
      window.find(".log-row .log-number").click();
      window.find(".log-row.marked:has-text(\"no fault\")");
      assertThat(window.path()).matches("/jobs/" + id + "\\?attempt=1#L\\d+");
      window.go("/");
      window.go("/jobs/" + id + "#L5");
      window.find("#L5.log-row.marked");
      assertThat(found(window, "Step", "first")).contains("begun").doesNotContain("no fault", "1");
      assertThat(found(window, "Stream", "refinery"))
          .isNotEmpty()
          .allMatch(line -> line.startsWith("== "));
      assertThat(found(window, "Stream", "tool")).containsExactly("begun");
      assertThat(window.find("a[download]").getAttribute("href"))
          .isEqualTo("/api/v1/jobs/" + id + "/log");
      Download log = window.page().waitForDownload(() -> window.find("a[download]").click());
      assertThat(log.suggestedFilename()).isEqualTo(id + ".log");
      assertThat(Files.readAllLines(log.path())).contains("begun", "400", "no fault");
    }
  }

  /** All lines that a log has by one more filter. */
  private static List<String> found(Window window, String filter, String value) {
    Page page = window.page();
    page.waitForResponse(
        response ->
            response.url().contains("/log/lines?")
                && response.url().contains(filter.toLowerCase(Locale.ROOT) + "=" + value),
        () ->
            page.getByLabel(filter, new Page.GetByLabelOptions().setExact(true))
                .selectOption(value));
    page.waitForFunction(
        "() => document.querySelector('.log-found')?.textContent.endsWith('found')");
    return page.locator(".log-row .log-text").allInnerTexts();
  }

  @Test
  void aLogIsFollowedUntilItsReaderScrolls(Refinery refinery, Browser browser) {
    String id =
        jobs(refinery, 1, "i=0; while true; do i=$((i+1)); echo tick $i; sleep 0.05; done")
            .getFirst();
    await(refinery, id, "running");
    try (Window window = browser.open("/jobs/" + id)) {
      window.find("button[aria-pressed=true]:has-text(\"Following\")");
      window.find(".log-row >> text=/tick [0-9]{2,}/");
      window
          .page()
          .waitForFunction("() => document.querySelector('.log-frame')?.scrollHeight > 1500");
      window.page().locator(".log-frame").hover();
      window.page().mouse().wheel(0, -300);
      window.find("button[aria-pressed=false]:has-text(\"Follow\")");
      window.page().waitForFunction(STILL);
      Object top = window.page().evaluate("document.querySelector('.log-frame').scrollTop");
      Object height = window.page().evaluate("document.querySelector('.log-frame').scrollHeight");
      window
          .page()
          .waitForFunction(
              "h => document.querySelector('.log-frame')?.scrollHeight > h + 100", height);
      assertThat(window.page().evaluate("document.querySelector('.log-frame').scrollTop"))
          .as("more lines came, and the reader stays")
          .isEqualTo(top);
    } finally {
      refinery
          .client()
          .post("/jobs/" + id + "/cancel", Json.MAPPER.createObjectNode(), Optional.empty());
    }
  }

  @Test
  void theTimeLineHasTheQueueAttemptsAndStepsAndWhatWasUsed(Refinery refinery, Browser browser) {
    try (Window window = browser.open("/jobs/" + succeeded(refinery))) {
      window.find(".timeline >> text=in the queue");
      window.find(".timeline >> text=/attempt 1 on /");
      window.find(".timeline .step .label:has-text(\"✓ work\")");
      window.find(".timeline summary").click();
      window.find(".timeline tr:has-text(\"step work\") td:has-text(\"succeeded\")");
      Locator used = window.find(".usage tbody tr");
      assertThat(used.innerText()).contains("succeeded", "of 0.02 cpu", "of 16.8 MB");
      List<String> cells = used.locator("td").allInnerTexts();
      assertThat(cells.subList(1, 4))
          .as("cpu, memory and disk: used of declared")
          .allMatch(cell -> cell.strip().matches("[0-9.]+ \\w+ of [0-9.]+ \\w+, .*[0-9] ?%"));
    }
  }
}
