package refinery.dashboard;

import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a reader does, each with a real list of 100,000, timed from the input to the painted frame.
 */
final class Inputs {
  private static final String ROWS = ".table tbody tr[role=row]";
  private static final String FIRST = "document.querySelector('" + ROWS + "')";
  private static final String LIST = "location.pathname === '/jobs' && " + FIRST;
  private static final String TO_LIST = "location.pathname === '/jobs' && changed()";

  /** Whether all parts of a job's page are there: nobody goes back before. */
  private static final String READ =
      "() => document.querySelector('.log-row') && !document.querySelector('.loading')";

  private static final String BACK = "back to the list, by the browser";
  private static final String SETTLED =
      "() => document.querySelector('" + ROWS + "') && !document.querySelector('.loading')";

  private final Browser browser;
  private final Map<String, Times> reactions = new LinkedHashMap<>();
  private final Map<String, Times> answers = new LinkedHashMap<>();
  private final Times told = new Times();

  Inputs(Browser browser) {
    this.browser = browser;
  }

  private void add(String name, Painted.Response response) {
    reactions.computeIfAbsent(name, key -> new Times()).add(response.reaction());
    answers.computeIfAbsent(name, key -> new Times()).add(response.answer());
  }

  List<String> run(int rounds) {
    for (int round = 0; round < rounds; round++) {
      try (Window window = browser.open("/jobs")) {
        jobs(window.page());
      }
      try (Window window = browser.open("/batches")) {
        batches(window.page(), round);
      }
      try (Window window = browser.open("/surveys")) {
        surveys(window.page());
      }
    }
    List<String> lines = new ArrayList<>();
    reactions.forEach(
        (name, times) ->
            lines.add(
                "%-34s ms until it was seen to be taken %s; until it was done %s"
                    .formatted(name, times, answers.get(name))));
    lines.add("%-34s ms until the page is told of it %s".formatted(BACK, told));
    return lines;
  }

  private void jobs(Page page) {
    page.waitForFunction(SETTLED);
    add(
        "scroll by ten rows",
        Painted.input(
            page,
            "wheel",
            "document.querySelector('.table-frame').scrollTop > 0",
            "document.querySelector('.table-frame').scrollTop >= 370",
            () -> {
              page.hover(".table-frame");
              page.mouse().wheel(0, 370);
            }));
    add(
        "next row (key j)",
        Painted.input(
            page,
            "keydown",
            "document.querySelector('tr.active')",
            "document.querySelector('tr.active')",
            () -> page.keyboard().press("j")));
    add(
        "filter jobs by a state",
        Painted.input(
            page,
            "input",
            "location.search.includes('state=failed')",
            FIRST
                + " && [...document.querySelectorAll('"
                + ROWS
                + " td:nth-child(2)')].every(state => state.textContent.includes('failed'))",
            () -> page.selectOption("label:has-text('State') select", "failed")));
    add("open a job", opened(page));
    page.waitForFunction(READ);
    Painted.Response back =
        Painted.input(page, "popstate", TO_LIST, LIST, () -> page.evaluate("history.back()"));
    add(BACK, back);
    told.add(back.told());
    opened(page);
    page.waitForFunction(READ);
    add(
        "up to the list (key u)",
        Painted.input(page, "keydown", TO_LIST, LIST, () -> page.keyboard().press("u")));
  }

  private static Painted.Response opened(Page page) {
    return Painted.input(
        page,
        "pointerdown",
        "location.pathname.startsWith('/jobs/') && changed()",
        "document.querySelector('.log-frame')",
        () -> page.locator(ROWS + " td:nth-child(5)").nth(3).click());
  }

  private void batches(Page page, int round) {
    page.waitForFunction(SETTLED);
    add(
        "type a word to search batches",
        Painted.input(
            page,
            "input",
            "document.activeElement.value !== ''",
            "location.search.includes('q=') && document.querySelectorAll('"
                + ROWS
                + "').length === 1",
            () -> page.fill("label:has-text('Words') input", "SRR10000" + (1_000 + round))));
    page.keyboard().press("Escape");
    add(
        "type into the jump box",
        Painted.input(
            page,
            "input",
            "document.activeElement.value !== ''",
            "document.querySelector('[role=option]')",
            () -> {
              page.click(".jump-open");
              page.fill("dialog input", "SRR10000" + (2_000 + round));
            }));
  }

  private void surveys(Page page) {
    page.waitForFunction(SETTLED);
    for (int looks = 0; looks < 200 && !sortable(page); looks++) {
      page.evaluate("document.querySelector('.table-frame').scrollTop = 1e9");
      page.waitForTimeout(50);
    }
    page.evaluate("window.first = document.querySelector('" + ROWS + "').id");
    add(
        "sort a thousand surveys",
        Painted.input(
            page,
            "pointerdown",
            "document.querySelector('[aria-sort]')",
            "document.querySelector('" + ROWS + "').id !== window.first",
            () -> page.click("button.sort:has-text('Posted')")));
  }

  private static boolean sortable(Page page) {
    return page.locator("button.sort").count() > 0;
  }

  /** Milliseconds from the time that a new line of a followed log says to the frame that has it. */
  static double nextLine(Page page) {
    Object took =
        page.evaluate(
            """
            () => new Promise(done => {
              const last = () => Math.max(...[...document.querySelectorAll('.log-row')].map(row => /now:([0-9.]+)/.exec(row.textContent)?.[1] ?? 0));
              const seen = last();
              const look = () => {
                const time = last();
                if (time <= seen) return requestAnimationFrame(look);
                const channel = new MessageChannel();
                channel.port1.onmessage = () => done(Date.now() - time * 1000);
                channel.port2.postMessage(0);
              };
              look();
            })
            """);
    return ((Number) took).doubleValue();
  }
}
