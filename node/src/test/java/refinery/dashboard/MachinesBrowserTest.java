package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.testing.RequiresTools;

/** Nodes as bins, a drain with its preview, the cluster, hosts of archives, schedules. */
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class MachinesBrowserTest {
  private static String node(Refinery refinery) {
    return refinery.client().get("/nodes").at("/items/0/id").asText();
  }

  private static String running(Refinery refinery) {
    return refinery.job(refinery.runs(), "running").orElseThrow().path("id").asText();
  }

  @Test
  void aNodeIsABinWhoseBlocksLeadToTheirJobs(Browser browser, Refinery refinery) {
    String job = running(refinery);
    try (Window window = browser.open("/nodes")) {
      Locator block = window.find(".bin-job[href='/jobs/" + job + "']");
      assertThat(block.getAttribute("aria-label")).contains(job, "cpu reserved");
      assertThat(window.find(".bin svg[role=group]").getAttribute("aria-label"))
          .contains("reserved", "free of");
      window.find(".table a:has-text(\"" + node(refinery) + "\")");
      window.page().evaluate("window.before = true");
      block.focus();
      window.page().keyboard().press("Enter");
      window.page().waitForURL("**/jobs/" + job);
      assertThat(window.page().evaluate("window.before")).as("the page stays").isEqualTo(true);
    }
  }

  @Test
  void filtersOfNodesAreInTheAddress(Browser browser, Refinery refinery) {
    try (Window window = browser.open("/nodes?state=draining")) {
      window.shows("No node is like that");
      window.find("form.filters select").selectOption("up");
      window.find(".bins");
      assertThat(window.path()).isEqualTo("/nodes?state=up");
      window.page().reload();
      window.find(".panel a:has-text(\"" + node(refinery) + "\")");
    }
  }

  @Test
  void aDrainShowsWhatItMovesAndLosesBeforeItIsDone(Browser browser, Refinery refinery) {
    String node = node(refinery);
    String job = running(refinery);
    try (Window window = browser.open("/nodes/" + node, 360, 740, ColorScheme.DARK)) {
      window.find("button:has-text(\"Drain…\")").click();
      window.shows("of work are lost");
      window.shows("nowhere now:");
      assertThat(window.find("dialog a[href='/jobs/" + job + "']").isVisible()).isTrue();
      assertThat(window.page().evaluate("document.documentElement.scrollWidth"))
          .as("nothing is wider than the phone")
          .isEqualTo(360);
      assertThat(window.violations()).isEmpty();
      Locator deadline = window.page().getByLabel("What runs may end for");
      deadline.fill("soon");
      window.find("dialog [role=alert]:has-text(\"10m\")");
      assertThat(window.find("dialog button:has-text(\"Drain it\")").first().isDisabled()).isTrue();
      deadline.fill("1h30m");
      window.shows("What runs may end for 1 h 30 min");
      window.find("dialog button:has-text(\"Drain it\")").click();
      window.find("h1 + .actions .state:has-text(\"draining\")");
      window.shows("What runs may end until");
      assertThat(refinery.job(refinery.runs(), "running").orElseThrow().path("id").asText())
          .isEqualTo(job);
      window.find("button:has-text(\"Let it take work again\")").click();
      window.find("h1 + .actions .state:has-text(\"up\")");
      assertThat(running(refinery)).isEqualTo(job);
      window.find("button:has-text(\"Drain…\")").click();
      window.find("dialog button:has-text(\"Drain it\")").click();
      window.find("h1 + .actions .state:has-text(\"draining\")");
      window.shows("Drained by");
      window.find("button:has-text(\"Let it take work again\")").click();
      window.find("h1 + .actions .state:has-text(\"up\")");
    }
    Awaitility.await()
        .atMost(Refinery.PATIENCE)
        .until(() -> refinery.job(refinery.runs(), "running").isPresent());
  }

  @Test
  void aNodeShowsItsToolsAndWhatItsAttemptsUse(Browser browser, Refinery refinery)
      throws Exception {
    try (Window window = browser.open("/nodes/" + node(refinery))) {
      window.find(
          ".table[aria-label='What runs here'], table[aria-label='What runs here'] tbody td");
      window.find("table[aria-label='Tools']");
      window.shows("Starts processes by");
      toolsAndHostsAreExported(window, refinery);
    }
  }

  /** The node's own answer, of a node that has measured a host. */
  private static void toolsAndHostsAreExported(Window window, Refinery refinery) throws Exception {
    String node = node(refinery);
    ObjectNode live = (ObjectNode) refinery.client().get("/nodes/" + node + "/live");
    ObjectNode host = live.putArray("host_speeds").addObject().put("host", "ftp.example");
    host.put("bytes_per_second", 5_000_000).put("measured_at", "2026-01-01T00:00:00Z");
    window
        .page()
        .route(
            "**/api/v1/nodes/" + node + "/live",
            route -> route.fulfill(SurveysBrowserTest.answer(live)));
    window.visit("/nodes").visit("/nodes/" + node);
    for (Exported each :
        List.of(
            new Exported("Tools", "tools", "name,version"),
            new Exported("Hosts from here", "hosts", "ftp.example,5000000,2026-01-01T00:00:00Z"))) {
      Locator csv =
          window.find(
              ".table:has(table[aria-label='%s']) .export button:text-is('CSV')"
                  .formatted(each.table()));
      Download file = window.page().waitForDownload(csv::click);
      assertThat(file.suggestedFilename()).isEqualTo(node + "-" + each.name() + ".csv");
      assertThat(Files.readAllLines(file.path())).contains(each.line());
    }
  }

  private record Exported(String table, String name, String line) {}

  @Test
  void theClusterNamesTheLeaderAndWhereShardsAre(Browser browser, Refinery refinery) {
    try (Window window = browser.open("/cluster")) {
      window.shows("Every member is up and reachable");
      window.find("table[aria-label='Members'] td:has-text(\"leader, scheduler, foreman\")");
      Locator row = window.find("table.plain tr:has(th:text-is(\"job\"))");
      assertThat(row.innerText()).containsPattern("\\d+ in \\d+");
    }
  }

  @Test
  void hostsSayWhatCameAndSourcesWhatTheyTake(Browser browser, Refinery refinery) {
    try (Window window = browser.open("/sources?archive=ena")) {
      Locator row = window.find("table[aria-label='Hosts'] tbody tr[role=row]");
      assertThat(row.innerText()).contains("answers");
      row.click();
      window.shows("Requests let through");
      assertThat(window.path()).contains("host=127.0.0.1");
      window.page().reload();
      window.shows("By node");
      window.find("details.source summary:has-text(\"ena\")").click();
      window.find("details.source code:has-text(\"accession\")");
      aHostShowsItsTokensItsSpeedItsStallsAndWhoStoodInForIt(window, refinery);
    }
  }

  /** The node's own answer, of a host that others had to stand in for. */
  private static void aHostShowsItsTokensItsSpeedItsStallsAndWhoStoodInForIt(
      Window window, Refinery refinery) {
    ObjectNode hosts = (ObjectNode) refinery.client().get("/hosts");
    ObjectNode host = (ObjectNode) hosts.at("/items/0");
    host.putObject("token").put("name", "ftp").put("taken", 2).put("limit", 4);
    host.put("in_flight", 3).put("bytes_per_second", 5_000_000).put("stalls", 6);
    ObjectNode fallback = host.putArray("fallbacks").addObject().put("to", "mirror.example");
    fallback.put("reason", "corrupt").put("count", 7).put("last", "md5 differs");
    fallback.put("last_at", "2026-01-01T00:00:00Z");
    window
        .page()
        .route(
            java.util.regex.Pattern.compile("/api/v1/hosts"),
            route -> route.fulfill(SurveysBrowserTest.answer(hosts)));
    window.go("/sources");
    Locator row = window.find("table[aria-label='Hosts'] tbody tr[role=row]");
    assertThat(row.innerText().split("\\s*\t\\s*")).contains("2 of 4", "3", "5.0 MB/s", "6", "7");
    row.click();
    assertThat(window.find("[aria-label='Fallbacks'] tbody tr").innerText())
        .contains("mirror.example", "corrupt", "7", "md5 differs");
  }

  @Test
  void aScheduleIsAddedWithItsTimesSeenPausedRemovedAndAudited(Browser browser, Refinery refinery)
      throws Exception {
    try (Window window = browser.open("/schedules")) {
      window.find("button:has-text(\"Add a schedule\")").click();
      window.page().getByLabel("Name").fill("nightly-look");
      Locator when = window.page().getByLabel("When (minute");
      window.expectErrors(); // The node refuses what is typed until it is right.
      when.fill("61 2 * * *");
      window.find(".next-times .bad-text:has-text(\"minute\")");
      when.fill("30 2 * * *");
      window.page().waitForCondition(() -> window.page().locator(".next-times li").count() == 5);
      assertThat(window.find("dialog .elsewhere").textContent()).doesNotContain("accession");
      assertThat(window.violationsOfDialog()).isEmpty();
      window.find("dialog button:has-text(\"Add it\")").click();
      window.find("dialog textarea:invalid");
      window.page().getByLabel("Parameters (JSON)").fill("{\"accession\": \"PRJNA990101\"}");
      window.find("dialog button:has-text(\"Add it\")").click();
      window.find("table[aria-label='Schedules'] a:has-text(\"nightly-look\")");
      assertThat(window.path()).isEqualTo("/schedules?show=nightly-look");
      window.find("button:has-text(\"Pause\")").click();
      window.find(".panel .facts .state:has-text(\"paused\")");
      window.find("button:has-text(\"Remove\")").click();
      window.find("dialog button.danger:has-text(\"Remove\")").click();
      window.shows("There is no schedule");
      theAuditTellsOf(window);
    }
  }

  /** Who, when, what, to what and from where; filtered in the address, and exported like that. */
  private static void theAuditTellsOf(Window window) throws Exception {
    String rows = "table[aria-label='Audit log'] tbody tr[role=row]";
    window.go("/audit?subject=nightly-look");
    String removed = window.find(rows + ":has-text('DELETE /schedules/{name}')").innerText();
    assertThat(removed).contains("local", "done", "nightly-look", "127.0.0.1");
    assertThat(removed).containsPattern("\\d\\d:\\d\\d");
    assertThat(window.page().locator(rows).count()).isEqualTo(3);
    Download csv =
        window.page().waitForDownload(() -> window.find("a:has-text('Export CSV')").click());
    assertThat(Files.readAllLines(csv.path()))
        .hasSize(4)
        .allMatch(line -> line.startsWith("id,at,kind,actor,") || line.contains(",nightly-look,"));
    window.find("label:has-text(\"Outcome\") select").selectOption("refused");
    window.shows("Nothing was done");
    assertThat(window.path()).isEqualTo("/audit?subject=nightly-look&outcome=refused");
    window.page().reload();
    window.shows("Nothing was done");
    assertThat(window.violations()).isEmpty();
  }
}
