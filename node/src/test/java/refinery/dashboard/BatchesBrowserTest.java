package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** The list of batches and the story of one, as a person uses them. */
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class BatchesBrowserTest {
  private static final String EVIL =
      "<script>window.pwned=1</script><img src=x onerror=\"window.pwned=1\">";

  /** What the API itself says; all other text comes from archives or tools. */
  private static final Set<String> OWN =
      Set.of(
          "id",
          "batch_id",
          "state",
          "outcome",
          "created_at",
          "updated_at",
          "at",
          "started_at",
          "finished_at",
          "kind",
          "type",
          "verdict",
          "level",
          "next",
          "class",
          "href",
          "sha256");

  @Test
  void facetsAndWordsAreInTheAddressAndSurviveReloadAndBack(Browser browser, Refinery refinery) {
    try (Window window = browser.open("/batches?survey_id=" + refinery.done())) {
      Locator facet = window.find(".facets section:has(h2:has-text('pipeline')) button");
      assertThat(facet.textContent()).contains("copies");
      facet.click();
      await().until(() -> window.path().contains("pipeline=copies"));
      window.page().getByLabel("State").selectOption("done");
      await().until(() -> window.path().contains("state=done"));
      window.find(".table td:has-text('done')");
      String path = window.path();
      window.page().reload();
      window.find(".facets button[aria-pressed=true]");
      assertThat(window.path()).isEqualTo(path).contains("survey_id=" + refinery.done());
      assertThat(window.page().getByLabel("State").inputValue()).isEqualTo("done");
      assertThat(window.violations()).isEmpty();
      window.page().goBack();
      await().until(() -> !window.path().contains("state=done"));
      assertThat(window.page().getByLabel("State").inputValue()).isEmpty();
      String key = window.find(".table tbody tr[role=row] td a b").textContent();
      assertThat(window.page().locator(".table tbody tr[role=row]").count()).isGreaterThan(1);
      window.page().getByLabel("Words").fill(key);
      window.page().waitForURL("**q=" + key + "*");
      window
          .page()
          .waitForCondition(() -> window.page().locator(".table tbody tr[role=row]").count() == 1);
      assertThat(window.find(".table tbody tr[role=row] td a b").textContent()).isEqualTo(key);
    }
  }

  /**
   * The list is open before there is anything to be found. One is cancelled by somebody else while
   * the window with the frozen ids is open.
   */
  @Test
  void manyAreCancelledAsTheyWereChosenAndWhatChangedMeanwhileIsLeftAlone(
      Browser browser, Refinery refinery) {
    String survey = refinery.survey("PRJNA990101", "sleeps");
    try (Window window = browser.open("/batches?survey_id=" + survey + "&state=processing")) {
      await()
          .atMost(Refinery.PATIENCE)
          .until(() -> window.page().locator(".table tbody tr[role=row]").count() > 1);
      window.find("input[aria-label='Select all that are loaded']").check();
      Locator cancel = window.find("button:has-text('Cancel ')");
      cancel.click();
      List<String> frozen = window.page().locator("dialog .ids code").allTextContents();
      assertThat(SurveysBrowserTest.batches(refinery, survey)).containsAll(frozen);
      assertThat(window.violations()).isEmpty();
      refinery
          .client()
          .post(
              "/batches/" + frozen.getFirst() + "/cancel",
              Json.MAPPER.createObjectNode(),
              Optional.empty());
      window.find("dialog button.danger").click();
      window.find("dialog summary:has-text('Changed meanwhile and left alone: 1')");
      window.find("dialog summary:has-text('Done: " + (frozen.size() - 1) + "')");
      isCancelledAndTakenUpAgain(window, refinery, refinery.survey("PRJEB990102", "sleeps"));
    }
  }

  /** By the buttons of its page. */
  private static void isCancelledAndTakenUpAgain(Window window, Refinery refinery, String survey) {
    window.go("/surveys/" + survey);
    for (int i = 0; i < 2; i++) {
      window.find("button:text-is('Cancel')").click();
      window.find("dialog p:has-text('that have not ended')");
      window.find("dialog button.danger:has-text('Cancel')").click();
      window.find(".lead .state:has-text('cancelled')");
      assertThat(refinery.client().get("/surveys/" + survey).path("state").asText())
          .isEqualTo("cancelled");
      if (i == 0) {
        window.find("button:text-is('Take it up again')").click();
        window.find("dialog p:has-text('or were cancelled are tried again')");
        window.find("dialog button.primary:has-text('Take it up again')").click();
        window.find(".lead .state:has-text('running')");
      }
    }
  }

  @Test
  void aBatchTellsItsWholeStory(Browser browser, Refinery refinery) {
    String id = SurveysBrowserTest.batches(refinery, refinery.done()).getFirst();
    try (Window window = browser.open("/batches/" + id)) {
      window.find(".timeline-row a:has-text('process')");
      window.find(".timeline-row.level-1:has-text('first')");
      window.find(".timeline-row.level-1:has-text('work')");
      window.find(".deliveries .state:has-text('delivered')");
      window.find("a[download='out.txt']");
      window.find(".story li:has-text('processed')");
      assertThat(window.find("a:has-text('as JSON-LD')").getAttribute("href"))
          .isEqualTo("/api/v1/batches/" + id + "/provenance");
      assertThat(window.violations()).isEmpty();
      window.find("button[aria-label^='Reprocess: as curl']").click();
      assertThat(window.find("dialog .elsewhere").textContent())
          .contains("curl -X POST", "refinery reprocess " + id);
      itSaysWhatItNeededAndHowGoodItIs(window, refinery);
    }
  }

  /** The node's own batch, of which a pipeline with rules would have said this. */
  private static void itSaysWhatItNeededAndHowGoodItIs(Window window, Refinery refinery) {
    String id = SurveysBrowserTest.batches(refinery, refinery.quantified()).getFirst();
    ObjectNode batch = (ObjectNode) refinery.client().get("/batches/" + id);
    ObjectNode quality = batch.putObject("quality").put("verdict", "warn");
    ObjectNode reason = quality.putArray("reasons").addObject().put("level", "warn");
    reason.put("measure", "mapping_rate_percent").put("value", 41.5).put("unit", "percent");
    reason.put("threshold", "below 50 %").put("message", "");
    window
        .page()
        .route(
            java.util.regex.Pattern.compile("/api/v1/batches/" + id + "$"),
            route -> route.fulfill(SurveysBrowserTest.answer(batch)));
    window.go("/batches/" + id);
    Locator need = window.find("section:has(h2:text-is('Needs')) tr:has(th:text-is('index'))");
    assertThat(need.locator("a[href^='/api/v1/artifacts/'], a[href^='/batches/']").count())
        .isPositive();
    Locator verdict = window.find("section:has(h2:text-is('Verdict'))");
    assertThat(verdict.locator(".reasons li").textContent())
        .contains("mapping rate percent 41.5 percent", "below 50 %");
    assertThat(verdict.locator("p .state").first().textContent()).contains("warn");
    assertThat(window.violations()).isEmpty();
  }

  /**
   * The node's own answers, with script in each text that an archive or a tool may have written.
   */
  @Test
  void scriptInMetadataIsShownAsText(Browser browser, Refinery refinery) {
    String id = SurveysBrowserTest.batches(refinery, refinery.done()).getFirst();
    try (Window window = browser.open("/")) {
      window
          .page()
          .route(
              java.util.regex.Pattern.compile("/api/v1/(batches|search|surveys/[^/]+/matrix|jobs)"),
              route ->
                  route.fulfill(
                      SurveysBrowserTest.answer(evil("", SurveysBrowserTest.json(route)))));
      for (String path :
          List.of(
              "/batches/" + id,
              "/batches",
              "/surveys/" + refinery.done(),
              "/compare?a=" + id + "&b=" + id)) {
        window.go(path);
        window.page().getByText("<script>window.pwned=1</script>").first().waitFor();
        assertThat(window.page().evaluate("window.pwned === undefined")).as(path).isEqualTo(true);
        assertThat(window.page().locator("main img, main script").count()).as(path).isZero();
        assertThat(
                window
                    .page()
                    .evaluate(
                        "[...document.querySelectorAll('main a')].every(a =>"
                            + " /^https?:$/.test(a.protocol))"))
            .as(path)
            .isEqualTo(true);
      }
    }
  }

  /** Opened as it is served, and as a browser would show it that heeds no Content-Disposition. */
  @Test
  void aScriptInAnArtifactIsNotRun(Browser browser, Refinery refinery) {
    String survey = refinery.survey("PRJDB990103", "page");
    refinery.await(survey, "done");
    JsonNode batch =
        refinery
            .client()
            .get("/batches/" + SurveysBrowserTest.batches(refinery, survey).getFirst());
    String path = batch.at("/artifacts/0/href").asText();
    try (Window window = browser.open("/batches/" + batch.path("id").asText())) {
      Page page = window.page();
      Download saved =
          page.waitForDownload(() -> page.evaluate("path => { location.href = path; }", path));
      assertThat(saved.suggestedFilename()).isEqualTo("page.html");
      assertThat(saved.failure()).isNull();
      assertThat(page.title()).isNotIn("pwned", "a report");

      window.expectErrors(); // The browser says that it refused the script.
      List<String> said = new ArrayList<>();
      page.onConsoleMessage(message -> said.add(message.text()));
      page.route(
          "**" + path,
          route -> {
            APIResponse served = route.fetch();
            Map<String, String> headers = new HashMap<>(served.headers());
            assertThat(headers.remove("content-disposition")).startsWith("attachment");
            route.fulfill(new Route.FulfillOptions().setResponse(served).setHeaders(headers));
          });
      page.navigate(refinery.url() + path);
      page.getByText("words of a report").waitFor();
      assertThat(page.title()).isEqualTo("a report");
      assertThat(said).anyMatch(text -> text.contains("sandbox") || text.contains("script"));
    }
  }

  /** Addresses become scripts, too. */
  private static JsonNode evil(String name, JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().forEach(entry -> entry.setValue(evil(entry.getKey(), entry.getValue())));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, evil(name, array.get(i)));
      }
    } else if (node.isTextual()
        && !OWN.contains(name)
        && !name.endsWith("_id")
        && !name.endsWith("_ids")) {
      return name.equals("url") || name.equals("locations")
          ? TextNode.valueOf("javascript:window.pwned=1")
          : TextNode.valueOf(EVIL + node.textValue());
    }
    return node;
  }
}
