package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** Datasets that the node has made: what is in them, two beside each other, and a new one. */
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class DatasetsBrowserTest {
  private static final String ROWS = ".table tbody tr[role=row]";

  @Test
  void aDatasetTellsWhoWasTakenWhoWasDroppedAndWhy(Browser browser, Refinery refinery)
      throws Exception {
    JsonNode dataset = refinery.dataset();
    try (Window window = browser.open("/datasets")) {
      assertThat(window.find("main").innerText()).doesNotContain("NaN");
      window.find(ROWS + " a[href='/datasets/" + dataset.path("id").asText() + "']").click();
      window.page().waitForURL("**/datasets/dataset-*");
      window.find("section:has(h2:text-is('Samples')) td:has-text(\"nobody\")");
      window.find("th:has-text(\"there is no batch and no run of that name here\")");
      String index = dataset.at("/matrices/0/index").asText().substring(0, 24);
      window.find("li:has-text(\"3 samples, index " + index + "\")");
      assertThat(window.page().locator("main").innerText()).doesNotContain("NaN");
      Download file =
          window.page().waitForDownload(() -> window.find("a[download='samples.tsv']").click());
      assertThat(java.nio.file.Files.readAllLines(file.path())).hasSize(4);
      Download all =
          window
              .page()
              .waitForDownload(() -> window.find("a:has-text(\"All as one zip\")").click());
      try (ZipFile zip = new ZipFile(all.path().toFile())) {
        assertThat(zip.getEntry("samples.tsv")).isNotNull();
      }
      window.find("nav.tabs a:has-text(\"Samples\")").click();
      window.page().waitForCondition(() -> window.page().locator(ROWS).count() == 4);
      assertThat(window.path()).endsWith("?tab=samples");
      assertThat(window.find(ROWS + ":has-text(\"nobody\")").innerText()).contains("dropped");
      assertThat(window.violations()).isEmpty();
      aDotIsCalledByItsOwnSample(window, refinery, dataset.path("id").asText());
    }
  }

  /** The node's own values, and then without that of the first sample. */
  private static void aDotIsCalledByItsOwnSample(Window window, Refinery refinery, String id) {
    JsonNode slice = refinery.client().get("/datasets/" + id + "/slice?genes=gene1,gene2");
    window.find("nav.tabs a:has-text(\"Values\")").click();
    window.page().getByLabel("Ids of genes").fill("gene1 gene2");
    window.find("button:has-text(\"Show\")").click();
    window.page().waitForCondition(() -> dots(window).size() == 6);
    assertThat(window.path()).endsWith("?tab=values&genes=gene1%2Cgene2");
    assertThat(dots(window)).containsAll(named(slice, 0));
    ((ArrayNode) slice.at("/genes/0/values")).setNull(0);
    window
        .page()
        .route(
            Pattern.compile("/api/v1/datasets/[^/]+/slice"),
            route -> route.fulfill(SurveysBrowserTest.answer(slice)));
    window.page().reload();
    window.page().waitForCondition(() -> dots(window).size() == 5);
    assertThat(dots(window)).containsAll(named(slice, 1));
  }

  private static List<String> dots(Window window) {
    return window.page().locator(".strip circle title").allTextContents();
  }

  /** What the dots of the first gene are called, from this sample on. */
  private static List<String> named(JsonNode slice, int from) {
    return java.util.stream.IntStream.range(from, slice.path("samples").size())
        .mapToObj(
            i ->
                slice.at("/samples/" + i).asText()
                    + ": "
                    + slice.at("/genes/0/values/" + i).asInt())
        .toList();
  }

  /** Another is made by the form, and seen beside the first. */
  @Test
  void aNewOneIsMadeByTheFormAndComparedWithAnother(Browser browser, Refinery refinery) {
    String first = refinery.dataset().path("id").asText();
    try (Window window = browser.open("/datasets/new?survey_id=" + refinery.quantified())) {
      window.expectErrors(); // The first request is refused.
      Page page = window.page();
      page.getByLabel("pipeline").fill("copies");
      window.find("button:has-text(\"Make it\")").click();
      window.find(".problem:has-text(\"none of the 3 samples can be taken\")");
      page.getByLabel("pipeline").fill("");
      page.getByLabel("level").selectOption("transcript");
      window.find("button:has-text(\"Make it\")").click();
      page.waitForURL("**/datasets/dataset-*");
      String second = window.path().split("/")[2];
      refinery.dataset(second);
      window.find("h1 + .actions .state:has-text(\"done\")");
      window.go("/datasets");
      for (String id : List.of(first, second)) {
        window.find("input[aria-label='Select " + id + "']").check();
      }
      window.find("button:has-text(\"Compare two\")").click();
      page.waitForURL("**/datasets/compare?*");
      Locator level = window.find("tr.differs:has(th:has-text(\"level\"))");
      assertThat(level.innerText()).contains("≠", "gene", "transcript");
      window.shows("3 are in both with the same quantification.");
      assertThat(window.violations()).isEmpty();
      String[] two = window.path().split("[=&]");
      twoLargeOnesAreComparedByAllOfTheirSamples(window, refinery, two[1], two[3]);
    }
  }

  /** The node's own answer, made long: more samples than a page holds, one only in the first. */
  private static void twoLargeOnesAreComparedByAllOfTheirSamples(
      Window window, Refinery refinery, String a, String b) {
    JsonNode one = refinery.client().get("/datasets/" + a + "/samples").at("/items/1");
    window
        .page()
        .route(
            Pattern.compile("/api/v1/datasets/[^/]+/samples"),
            route -> {
              String url = route.request().url();
              route.fulfill(
                  SurveysBrowserTest.answer(samples(one, url, url.contains(b) ? 1_001 : 0)));
            });
    window.page().reload();
    window.shows("1,499 are in both with the same quantification.");
    window.find("summary:has-text(\"Only in " + a.substring(0, 20) + ": 1\")");
    window.find("details[open] code:text-is('SAMPLE1001')");
    window.find("summary:has-text(\"Only in " + b.substring(0, 20) + ": 0\")");
  }

  /** 1,500 samples without the one of this number, as the API pages them. */
  private static JsonNode samples(JsonNode one, String url, int without) {
    Matcher cursor = Pattern.compile("cursor=(\\d+)").matcher(url);
    int from = cursor.find() ? Integer.parseInt(cursor.group(1)) : 1;
    ObjectNode page = Json.MAPPER.createObjectNode();
    ArrayNode items = page.putArray("items");
    int end = Math.min(1_501, from + 1_000);
    for (int i = from; i < end; i++) {
      if (i != without) {
        items.add(((ObjectNode) one.deepCopy()).put("sample", "SAMPLE" + i).put("state", "taken"));
      }
    }
    return page.put("next", end < 1_501 ? Integer.toString(end) : null);
  }
}
