package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.client.NodeClient;
import refinery.main.CommandLines;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** What every page of the dashboard has: navigation, keys, themes, and that anybody can use it. */
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class ShellBrowserTest {
  @Test
  void everyRoomOpensFromTheNavigation(Browser browser) {
    try (Window window = browser.open("/")) {
      for (String room : List.of("Surveys", "Batches", "Jobs", "Nodes", "Datasets", "Overview")) {
        window.find("nav[aria-label=Rooms] a:has-text(\"" + room + "\")").click();
        window.find("main h1:has-text(\"" + room + "\")");
        window.page().waitForFunction("room => document.title.startsWith(room)", room);
      }
      window.page().goBack();
      window.find("main h1:has-text(\"Datasets\")");
      assertThat(window.path()).isEqualTo("/datasets");
    }
  }

  @Test
  void whoIsNotSignedOutIsToldSo(Browser browser) {
    try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
      window.expectErrors();
      AtomicInteger asked = new AtomicInteger();
      window
          .page()
          .route(
              "**/api/v1/session",
              route -> {
                boolean shown = route.request().method().equals("GET");
                boolean first = !shown && asked.incrementAndGet() == 1;
                route.fulfill(
                    new Route.FulfillOptions()
                        .setStatus(shown ? 200 : first ? 503 : 204)
                        .setBody(
                            shown
                                ? "{\"actor\":\"ann\",\"scope\":\"admin\",\"required\":true}"
                                : first ? "{\"detail\":\"cannot be noted now\"}" : ""));
              });
      window.go("/jobs");
      window.find("button:has-text(\"Sign out\")").click();
      window.find("[role=alert]:has-text(\"cannot be noted now\")");
      assertThat(window.path()).isEqualTo("/jobs");
      window.find("button:has-text(\"Sign out\")").click();
      window.page().waitForURL("**/signin");
    }
  }

  /** What can be done in the dashboard, by its commands. */
  private static final List<String> ACTIONS =
      List.of(
          "answer",
          "cancel",
          "dataset append",
          "dataset create",
          "drain",
          "priority",
          "release",
          "reprocess",
          "retry",
          "schedule add",
          "schedule pause",
          "schedule remove",
          "schedule resume",
          "schedule run",
          "survey",
          "undrain");

  /** Where actions are, and what is clicked before their lines are seen. */
  private record Place(String path, String... clicks) {}

  private static List<Place> places(Refinery refinery) {
    String all = "input[aria-label='Select all that are loaded']";
    String node = "/nodes/" + first(refinery, "/nodes");
    return List.of(
        new Place("/surveys/new?source=files"),
        new Place("/surveys/" + refinery.failed(), "button:has-text('Retry ')"),
        new Place("/surveys/" + refinery.runs()),
        new Place("/surveys/" + refinery.done() + "?tab=request"),
        new Place("/surveys/" + refinery.asks()),
        new Place("/inbox"),
        new Place("/batches/" + first(refinery, "/batches?survey_id=" + refinery.failed())),
        new Place("/batches/" + first(refinery, "/batches?survey_id=" + refinery.runs())),
        new Place("/batches?state=failed", all, "button:has-text('Reprocess ')"),
        new Place("/jobs/" + first(refinery, "/jobs?state=failed&kind=process")),
        new Place("/jobs?state=failed", all, "button:has-text('Retry ')"),
        new Place("/jobs?state=running&kind=process", all, "button:has-text('Cancel ')"),
        new Place("/failures", "button:has-text('Retry this group')"),
        new Place(node, "button:has-text('Drain…')"),
        new Place("/schedules?show=lines"),
        new Place("/schedules", "button:has-text('Add a schedule')"),
        new Place("/datasets/new?survey_id=" + refinery.done()));
  }

  private static String first(Refinery refinery, String list) {
    return refinery.client().get(list).at("/items/0/id").asText();
  }

  @Test
  void everyActionShowsItsRequestAndItsCommandBeforeItIsDone(Browser browser, Refinery refinery) {
    ActionLines lines = new ActionLines(refinery.url());
    String node = first(refinery, "/nodes");
    NodeClient client = refinery.client();
    client.post("/schedules", schedule(), Optional.empty());
    try (Window window = browser.open("/")) {
      for (Place place : places(refinery)) {
        window.visit(place.path());
        lines.look(window, List.of(place.clicks()));
      }
      client.patch("/schedules/lines", Json.MAPPER.createObjectNode().put("paused", true));
      answer(window, "/nodes/" + node, client, json -> json.put("state", "draining"));
      ObjectNode dataset = Json.MAPPER.createObjectNode().put("id", "dataset-a1");
      dataset.putObject("request").put("level", "transcript").put("survey_id", "survey-1");
      window
          .page()
          .route(
              Pattern.compile("/api/v1/datasets/dataset-a1$"),
              route -> route.fulfill(SurveysBrowserTest.answer(dataset)));
      for (String path :
          List.of("/schedules?show=lines", "/nodes/" + node, "/datasets/new?base=dataset-a1")) {
        window.visit(path);
        lines.look(window, List.of());
      }
    } finally {
      client.delete("/schedules/lines");
    }
    assertThat(lines.seen()).containsExactlyElementsOf(ACTIONS);
  }

  private static ObjectNode schedule() {
    ObjectNode schedule = Json.MAPPER.createObjectNode().put("name", "lines");
    schedule.put("cron", "30 2 1 1 *").put("timezone", "UTC");
    schedule.putObject("survey").put("source", "ena").putObject("parameters");
    schedule.withObject("/survey/parameters").put("accession", "PRJNA990101");
    return schedule;
  }

  /** The page is told that a thing is as {@code change} makes it. */
  private static void answer(
      Window window, String path, NodeClient client, Consumer<ObjectNode> change) {
    ObjectNode json = (ObjectNode) client.get(path);
    change.accept(json);
    window
        .page()
        .route(
            Pattern.compile("/api/v1" + path + "$"),
            route -> route.fulfill(SurveysBrowserTest.answer(json)));
  }

  @Test
  void whateverAThingIsCalledAShellReadsItsLinesAsOneWordEach(Browser browser) throws Exception {
    List<String> names =
        List.of(
            "a'b $(x)",
            "`id`",
            "\"; rm -rf ~; \"",
            "'; exit 1 #",
            "two\nlines\n",
            "~root",
            "=ls",
            "!! *?[a-z] {a,b}",
            "back\\slash\\",
            "${HOME}&|<>\t",
            "é 漢");
    try (Window window = browser.open("/")) {
      Object found =
          window
              .page()
              .evaluate(
                  """
                  async names => {
                    const app = document.querySelector('script[src$="/app.js"]').src;
                    const {curl, pair, refinery} = await import(app.replace('app.js', 'lib/actions.js'));
                    return names.map(name => [refinery('schedule', 'pause', name),
                      refinery('survey', 'ena', pair('accession', name)),
                      curl('POST', '/schedules/' + encodeURIComponent(name), {name})]);
                  }
                  """,
                  names);
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        List<?> lines = (List<?>) ((List<?>) found).get(i);
        assertThat(CommandLines.words("refinery", (String) lines.get(0)))
            .containsExactly("schedule", "pause", name);
        assertThat(CommandLines.words("refinery", (String) lines.get(1)))
            .containsExactly("survey", "ena", "accession=" + name);
        List<String> words = CommandLines.words("curl", (String) lines.get(2));
        assertThat(words).hasSize(9).startsWith("-X", "POST", "-H", "Authorization: Bearer ");
        assertThat(Json.MAPPER.readTree(words.get(7)).path("name").asText()).isEqualTo(name);
      }
    }
  }

  @Test
  void theThemeIsChosenAndKept(Browser browser) {
    String background = "getComputedStyle(document.body).backgroundColor";
    try (Window window = browser.open("/surveys/new", 360, 740, ColorScheme.LIGHT)) {
      Object light = window.page().evaluate(background);
      window.find("button[aria-label=Rooms]").click();
      window.page().getByLabel("Theme").selectOption("dark");
      Object dark = window.page().evaluate(background);
      assertThat(dark).isNotEqualTo(light);
      window.page().reload();
      window.find("main h1");
      assertThat(window.page().evaluate(background)).as("as it was chosen").isEqualTo(dark);
      assertThat(window.violations("color-contrast")).isEmpty();
      window.looks(360, 740, ColorScheme.DARK);
      window.find("button[aria-label=Rooms]").click();
      window.page().getByLabel("Theme").selectOption("light");
      assertThat(window.page().evaluate(background)).isEqualTo(light);
    }
  }

  @Test
  void theShellIsUsableByAnybodyInBothThemesAndOnAPhone(Browser browser) {
    try (Window window = browser.open("/")) {
      window.page().keyboard().press("?");
      window.find("dialog h2:has-text(\"Keys\")");
      assertThat(window.violations()).isEmpty();
      window.looks(1280, 800, ColorScheme.DARK);
      assertThat(window.violations("color-contrast")).isEmpty();
      window.page().keyboard().press("Escape");
      window.looks(360, 640, ColorScheme.LIGHT);
      // Nothing is wider than the phone, once charts have followed.
      window.page().waitForFunction("() => document.documentElement.scrollWidth === 360");
      window.find("button[aria-label=Rooms]").click();
      window.find("nav[aria-label=Rooms] a:has-text(\"Jobs\")").click();
      window.find("main h1:has-text(\"Jobs\")");
      assertThat(window.violations()).isEmpty();
    }
  }
}
