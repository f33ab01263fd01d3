package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** Jobs, their logs, times and explanations, failures by cause, and actions on many at once. */
@Order(Integer.MAX_VALUE)
@RequiresTools("chromium")
@ExtendWith(DashboardFixture.class)
class JobsBrowserTest {
  private static List<String> jobs(Refinery refinery, int count, String script) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("pipeline", "command").put("count", count);
    body.putArray("command").add("sh").add("-c").add(script);
    body.putObject("resources").put("cpu", 10).put("memory", 16L << 20);
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
    }
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

  @Test
  void aGroupOfFailuresIsRetriedWithTwoClicks(Refinery refinery, Browser browser) {
    List<String> ids = jobs(refinery, 27, "echo cannot read /data/run-$$ >&2; exit 41");
    ids.forEach(id -> await(refinery, id, "failed"));
    try (Window window = browser.open("/failures")) {
      Locator group = window.find("li.failure:has-text(\"41\")");
      assertThat(group.locator(".failure-count").innerText()).isEqualTo("27 jobs");
      group.locator("button:has-text(\"Retry this group with its dependants\")").click();
      window.find("dialog >> text=27 failed jobs of this group");
      assertThat(window.page().locator("dialog ul.ids").first().locator("li").count())
          .isEqualTo(20);
      Locator go = window.find("dialog button:has-text(\"Retry 27\")");
      assertThat(go.isDisabled()).as("more than 25 must be typed").isTrue();
      window.find("dialog input").fill("27");
      go.click();
      window.find("dialog >> text=27 done, 0 left alone, 0 refused");
    }
    Awaitility.await()
        .atMost(Refinery.PATIENCE)
        .until(
            () ->
                ids.stream()
                    .map(id -> refinery.client().get("/jobs/" + id))
                    .allMatch(job -> job.path("attempt").asInt() == 2));
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
    }
  }

  @Test
  void aLogIsSearchedFilteredAndLinkedToByLine(Refinery refinery, Browser browser) {
    String id = succeeded(refinery);
    try (Window window = browser.open("/jobs/" + id)) {
      window.find(".log-row:has-text(\"no fault\")");
      window.page().getByLabel("Search the log").fill("NO FAULT");
      window.find("text=/[0-9]+ lines? found/");
      window.find(".log-row mark");
      assertThat(window.path()).contains("q=NO");
      window.find(".log-row .log-number").click();
      window.find(".log-row.marked:has-text(\"no fault\")");
      assertThat(window.path()).matches("/jobs/" + id + "#L\\d+");
      window.go("/");
      window.go("/jobs/" + id + "#L5");
      window.find("#L5.log-row.marked");
      window
          .page()
          .getByLabel("Step", new com.microsoft.playwright.Page.GetByLabelOptions().setExact(true))
          .selectOption("first");
      window.find(".log-row:has-text(\"begun\")");
      assertThat(window.page().locator(".log-row:has-text(\"no fault\")").count()).isZero();
      window.page().getByLabel("Stream").selectOption("refinery");
      window.find("text=/[0-9]+ lines? found/");
      assertThat(window.find("a[download]").getAttribute("href"))
          .isEqualTo("/api/v1/jobs/" + id + "/log");
    }
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
          .waitForFunction("() => document.querySelector('.log-frame').scrollHeight > 1500");
      window.page().locator(".log-frame").hover();
      window.page().mouse().wheel(0, -300);
      window.find("button[aria-pressed=false]:has-text(\"Follow\")");
      Object top = window.page().evaluate("document.querySelector('.log-frame').scrollTop");
      Object height = window.page().evaluate("document.querySelector('.log-frame').scrollHeight");
      window
          .page()
          .waitForFunction(
              "h => document.querySelector('.log-frame').scrollHeight > h + 100", height);
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
      window.find(".timeline .step >> text=work");
      Locator used = window.find(".usage tbody tr");
      assertThat(used.innerText()).contains("succeeded", "of 0.02 cpu", "of 16.8 MB");
    }
  }
}
