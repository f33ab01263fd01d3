package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** Surveys, the inbox and comparisons, as a person uses them. */
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class SurveysBrowserTest {
  private static final int MANY = 10_000;
  private static final Pattern MATRIX = Pattern.compile("/api/v1/surveys/[^/]+/matrix");

  /** Other tests' surveys may have processed the same batches. */
  private static final String[] ENDED = {"done", "done_with_failures", "failed"};

  @Test
  void aCellOfTheMatrixHasItsGlyphAndLeadsToItsJob(Browser browser, Refinery refinery) {
    try (Window window = browser.open("/surveys/" + refinery.failed())) {
      Locator cell = window.find(".matrix a.cell[aria-label$='work: failed (permanent)']");
      assertThat(cell.textContent().strip()).isEqualTo("✕");
      assertThat(window.find(".matrix a.cell[aria-label$='download: succeeded']").textContent())
          .contains("✓");
      assertThat(window.violations()).isEmpty();
      String job = cell.getAttribute("href");
      cell.click();
      window.find("main h1");
      assertThat(window.path()).isEqualTo(job).startsWith("/jobs/job-");
      window.page().goBack();
      window.find(".matrix table").focus();
      window.page().keyboard().press("ArrowRight");
      window.page().keyboard().press("Enter");
      await().until(() -> window.path().startsWith("/jobs/job-"));
    }
  }

  @Test
  void aSurveyThatWaitsSaysWhyAndLeadsToWhatWaits(Browser browser, Refinery refinery) {
    try (Window window = browser.open("/surveys/" + refinery.unplaceable())) {
      Locator reason = window.find("section:has(h2:text-is('What it waits for')) li");
      assertThat(reason.textContent()).contains("needs cpu 4000.00");
      assertThat(reason.locator("a").getAttribute("href")).startsWith("/jobs/job-");
      assertThat(window.find(".eta").textContent()).contains("When it ends is unknown");
      assertThat(window.violations()).isEmpty();
      whenItEnds(window, refinery);
    }
  }

  /** As the node says it of a survey that is half done. */
  private static void whenItEnds(Window window, Refinery refinery) {
    ObjectNode survey = (ObjectNode) refinery.client().get("/surveys/" + refinery.unplaceable());
    ObjectNode progress = survey.putObject("progress").put("ended", 1).put("seconds_left", 5_400);
    progress.put("expected_at", "2030-01-01T10:00:00Z").put("per_hour", 40.0);
    progress.put("basis", "the jobs that ended");
    survey.withObject("/batches").put("total", 4);
    window
        .page()
        .route(
            Pattern.compile("/api/v1/surveys/" + refinery.unplaceable() + "$"),
            route -> route.fulfill(answer(survey)));
    window.page().reload();
    window.find("section:has(h2:text-is('Progress')):has-text('1 of 4 batches have ended, 25')");
    assertThat(window.find(".eta").textContent())
        .contains("1 h 30 min left", "40 batches an hour", "Measured: the jobs that ended.");
  }

  /** A batch waits for what another survey does not make; the retry of that one tells of it. */
  @Test
  void aBatchThatWaitsSaysWhyAndIsToldOfWhereItsNeedFailed(Browser browser, Refinery refinery) {
    String waits = refinery.survey("PRJDB990103", "orphans");
    String batch =
        await()
            .atMost(Refinery.PATIENCE)
            .until(
                () -> refinery.client().get("/batches?survey_id=" + waits).at("/items/0"),
                found -> found.path("state").asText().equals("downloaded"))
            .path("id")
            .asText();
    try (Window window = browser.open("/surveys/" + waits)) {
      Locator reason = window.find("section:has(h2:text-is('What it waits for')) li");
      String said = reason.textContent();
      reason.locator("a:has-text('this batch')").click();
      String why = window.find(".why:has-text('Why:')").textContent().replace("Why: ", "");
      assertThat(said).startsWith(why);
      window.find("section:has(h2:text-is('Needs')) tr:has(th:text-is('index'))");
      assertThat(window.path()).isEqualTo("/batches/" + batch);

      String breaks = refinery.survey("PRJDB990103", "barren");
      refinery.await(breaks, "done_with_failures");
      window.go("/failures?survey_id=" + breaks);
      window.find("li.failure button:has-text('Retry this group with its dependants')").click();
      window.find("dialog >> text=1 more wait for their outputs and go on by themselves");
    } finally {
      refinery
          .client()
          .post("/surveys/" + waits + "/cancel", Json.MAPPER.createObjectNode(), Optional.empty());
    }
  }

  /** Only what was shown is retried, and by its id. */
  @Test
  void whatFailedOfASurveyIsRetriedAsItWasSeen(Browser browser, Refinery refinery) {
    String survey = refinery.survey("PRJEB990102", "breaks");
    refinery.await(survey, "done_with_failures");
    List<String> failed = batches(refinery, survey);
    try (Window window = browser.open("/surveys/" + survey)) {
      window.find("button:has-text('Retry " + failed.size() + " failed')").click();
      window.find("dialog h2:has-text('Retry " + failed.size() + " batches')");
      assertThat(window.page().locator("dialog .ids code").allTextContents())
          .containsExactlyInAnyOrderElementsOf(failed);
      assertThat(window.find("dialog .elsewhere").textContent())
          .contains("refinery retry " + failed.getFirst());
      window.find("dialog button:has-text('Retry " + failed.size() + "')").click();
      for (String id : failed) {
        await().atMost(Refinery.PATIENCE).until(() -> attempts(refinery, id) > 1);
      }
      window.shows(failed.size() + " done, 0 left alone, 0 refused");
      window.find("dialog button:has-text('Close')").click();
    }
  }

  static int attempts(Refinery refinery, String batch) {
    return refinery
        .client()
        .get("/jobs?kind=process&batch_id=" + batch)
        .at("/items/0/attempt")
        .asInt();
  }

  /** In every new page: what the stream told and what was asked for, in their order. */
  private static final String HAPPENED =
      """
      window.happened = [];
      const stream = EventSource, ask = fetch;
      window.EventSource = class extends stream {
        constructor(url) {
          super(url);
          this.addEventListener('message', event => happened.push('told ' + event.data));
        }
      };
      window.fetch = (...request) => (happened.push('asked ' + request[0]), ask(...request));
      """;

  /** The node's own answer, made long; nothing is asked while only other surveys go on. */
  @Test
  void tenThousandSamplesAreInThePageOnlyWhereTheyAreInSight(Browser browser, Refinery refinery) {
    JsonNode answer = refinery.client().get("/surveys/" + refinery.failed() + "/matrix");
    AtomicInteger found = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
      window.page().addInitScript(HAPPENED);
      window
          .page()
          .route(
              MATRIX,
              route -> {
                asked.incrementAndGet();
                route.fulfill(answer(matrix(answer, route, -found.get())));
              });
      window.go("/surveys/" + refinery.runs());
      window.shows("10,000 samples");
      Locator rows = window.page().locator(".matrix tbody tr[role=row]");
      assertThat(rows.count()).isBetween(10, 120);
      window.page().evaluate("document.querySelector('.matrix').scrollTop = 1e9");
      window.find(".matrix th a:has-text('RUN9999')");
      assertThat(rows.count()).isBetween(10, 120);
      assertThat(window.page().locator(".matrix table").getAttribute("aria-rowcount"))
          .isEqualTo("10001");
      asked.set(0);
      found.set(7);
      List<String> happened = othersGoOnAndThenItDoes(window, refinery);
      window.shows("10,007 samples");
      assertThat(asked.get()).as("only what is new and what is in sight is read").isLessThan(6);
      assertThat(happened).noneMatch(each -> each.startsWith("asked "));
    }
  }

  /** What the page was told, and what it asked of its survey, until the first news of that. */
  private static List<String> othersGoOnAndThenItDoes(Window window, Refinery refinery) {
    Page page = window.page();
    String own = refinery.runs();
    page.waitForFunction(
        "() => !document.querySelector('main .loading') && happened.some(each =>"
            + " each.startsWith('told'))");
    page.evaluate("happened.length = 0");
    String other = refinery.survey("PRJEB990102", "barren");
    refinery.await(other, ENDED);
    page.waitForFunction(
        "other => happened.some(each => each.startsWith('told') && each.includes(other))", other);
    refinery
        .client()
        .post(
            "/surveys/" + own + "/priority",
            Json.MAPPER.createObjectNode().put("priority", 51),
            Optional.empty());
    page.waitForFunction(
        "own => happened.some(each => each.startsWith('asked') && each.includes(own))", own);
    List<String> happened = new ArrayList<>();
    for (Object each : (List<?>) page.evaluate("happened")) {
      String what = each.toString();
      if (what.startsWith("told ") && what.contains(own)) {
        break;
      }
      if (what.startsWith("told ") || what.contains(own)) {
        happened.add(what);
      }
    }
    assertThat(happened).anyMatch(each -> each.contains(other));
    return happened;
  }

  /** A batch of the node's, as if it waited for what others bring. */
  @Test
  void whatItWaitsForIsReadAgainWhenOthersGoOn(Browser browser, Refinery refinery) {
    ObjectNode batches =
        (ObjectNode) refinery.client().get("/batches?limit=1&survey_id=" + refinery.done());
    ObjectNode batch = (ObjectNode) batches.at("/items/0");
    batch.put("reason", "nothing under way would bring it");
    try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
      window
          .page()
          .route("**/api/v1/batches?*state=downloaded*", route -> route.fulfill(answer(batches)));
      window.go("/surveys/" + refinery.runs());
      window.find(".waits li:has-text(\"nothing under way would bring it\")");
      batch.put("reason", "3 of 10 are done");
      refinery.await(refinery.survey("PRJEB990102", "barren"), ENDED);
      window.find(".waits li:has-text(\"3 of 10 are done\")");
    }
  }

  /** As the API answers, with so many samples before number 0 and {@code MANY} from it on. */
  private static JsonNode matrix(JsonNode answer, Route route, int first) {
    int from = number(route, "cursor=(-?\\d+)", first);
    int end = Math.min(MANY, from + number(route, "limit=(\\d+)", 1_000));
    ObjectNode page = answer.deepCopy();
    JsonNode one = page.path("items").path(0);
    ArrayNode items = page.putArray("items");
    for (int i = from; i < end; i++) {
      items.add(((ObjectNode) one.deepCopy()).put("batch_id", "batch-" + i).put("key", "RUN" + i));
    }
    page.put("next", end < MANY ? Integer.toString(end) : null);
    return page;
  }

  private static int number(Route route, String pattern, int otherwise) {
    Matcher found = Pattern.compile(pattern).matcher(route.request().url());
    return found.find() ? Integer.parseInt(found.group(1)) : otherwise;
  }

  @Test
  void aQuestionWaitsInTheInboxAndIsAnsweredThere(Browser browser, Refinery refinery) {
    String id = planned(refinery);
    try (Window window = browser.open("/inbox")) {
      String card = "section:has(a[href='/surveys/" + id + "'])";
      assertThat(window.find(card + " .prompt").textContent()).contains("batches are planned");
      window.find(card + ":has-text('the default')");
      assertThat(window.find(card).textContent()).contains("Asked", "At least");
      int asking = refinery.client().get("/surveys?state=awaiting_input").path("items").size();
      assertThat(window.find("nav[aria-label=Rooms] .badge").textContent())
          .contains("waiting for an answer")
          .contains(Integer.toString(asking));
      assertThat(window.violations()).isEmpty();
      window.find(card + " input").fill("1");
      window.find(card + " button:has-text('Process 1')");
      window.find(card + " button:has-text('Process none')").click();
      window.shows("1 answered");
      refinery.await(id, ENDED);
      await().until(() -> window.page().locator(card).count() == 0);
      window.go("/surveys/" + id + "?tab=plan");
      String decision = window.find("table[aria-label='Decisions'] tbody tr[role=row]").innerText();
      assertThat(decision).contains("take", "synthetica_minima");
      assertThat(decision)
          .as("other tests' surveys may have processed the same batches")
          .containsAnyOf("not chosen when the plan", "input is not FASTQ");
      window.find("nav.tabs a:has-text('Who did what')").click();
      window.find(".story li:has-text('answered')");
    }
  }

  private static String planned(Refinery refinery) {
    ObjectNode survey = Json.MAPPER.createObjectNode().put("source", "ena").put("plan", true);
    survey.put("pipeline", "breaks").putObject("parameters").put("accession", "PRJNA990101");
    String id = refinery.client().post("/surveys", survey, Optional.empty()).path("id").asText();
    refinery.await(id, "awaiting_input");
    return id;
  }

  @Test
  void aNewSurveyIsPostedFromTheFormAndShowsWhatIsWrongAtItsFields(
      Browser browser, Refinery refinery) {
    try (Window window = browser.open("/surveys/new?source=ena", 360, 740, ColorScheme.LIGHT)) {
      window.expectErrors();
      window.page().getByLabel("Priority").fill("200");
      window.page().getByLabel("accession").fill("nonsense");
      window.find("button[type=submit]").click();
      window.find(".field.wrong:has-text('Priority') .bad-text");
      window.find(".field.wrong:has-text('accession') .bad-text");
      assertThat(window.page().getByLabel("Priority").getAttribute("aria-invalid"))
          .isEqualTo("true");
      assertThat(window.violations()).isEmpty();
      window.page().getByLabel("Priority").fill("60");
      window.page().getByLabel("accession").fill("PRJNA990101");
      window.page().getByLabel("Pipeline").first().selectOption("breaks");
      window.page().getByLabel("Plan first").check();
      assertThat(window.find(".elsewhere").textContent())
          .contains("curl -X POST", "refinery survey ena accession=PRJNA990101", "--dry-run");
      window.find("button[type=submit]").click();
      window.find("h2:has-text('It asks')");
      assertThat(window.path()).startsWith("/surveys/survey-");
      window.find("button:has-text('Process none')").click();
      refinery.await(window.path().split("/")[2], ENDED);
    }
  }

  @Test
  void twoBatchesAndTwoSurveysAreComparedByMoreThanColour(Browser browser, Refinery refinery) {
    List<String> batches = batches(refinery, refinery.done());
    try (Window window = browser.open("/compare?a=" + batches.get(0) + "&b=" + batches.get(1))) {
      assertThat(window.find(".compare tr:has(th:has-text('pipeline')) .state").textContent())
          .contains("=", "same");
      assertThat(window.find(".compare tr:has(th:text-is('key')) .state").textContent())
          .contains("≠", "differs");
      window.find(".compare tr.section:has-text('Outputs by digest')");
      window.page().getByLabel("Only what differs").check();
      assertThat(window.path()).contains("only=differences");
      window.page().reload();
      window.find(".compare tr.differs");
      assertThat(window.page().locator(".compare tr.same").count()).isZero();
      assertThat(window.violations()).isEmpty();
      window.go("/compare?a=" + refinery.done() + "&b=" + refinery.failed());
      window.shows("Results by sample");
      twoJobsAreCompared(window, refinery);
    }
  }

  private static void twoJobsAreCompared(Window window, Refinery refinery) {
    String good = refinery.job(refinery.done(), "succeeded").orElseThrow().path("id").asText();
    String bad = refinery.job(refinery.failed(), "failed").orElseThrow().path("id").asText();
    window.go("/compare?a=" + good + "&b=" + bad);
    window.find(".compare tr.differs:has(th:text-is('failure')):has-text('input is not FASTQ')");
    window.find(".compare tr.differs:has(th:text-is('work')):has-text('seq 1 400')");
    window.find(".compare tr.same:has(th:text-is('first')):has-text('begun')");
  }

  @Test
  void aPhoneShowsASurveyInDarkWithoutScrollingSideways(Browser browser, Refinery refinery) {
    try (Window window = browser.open("/surveys/" + refinery.done(), 360, 640, ColorScheme.DARK)) {
      window.find(".matrix a.cell");
      assertThat(window.page().evaluate("document.documentElement.scrollWidth")).isEqualTo(360);
      assertThat(window.violations()).isEmpty();
    }
  }

  static List<String> batches(Refinery refinery, String survey) {
    List<String> ids = new ArrayList<>();
    refinery
        .client()
        .get("/batches?survey_id=" + survey)
        .path("items")
        .forEach(batch -> ids.add(batch.path("id").asText()));
    return ids;
  }

  static JsonNode json(Route route) {
    try {
      return Json.MAPPER.readTree(route.fetch().body());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Route.FulfillOptions answer(JsonNode body) {
    return new Route.FulfillOptions().setContentType("application/json").setBody(body.toString());
  }
}
