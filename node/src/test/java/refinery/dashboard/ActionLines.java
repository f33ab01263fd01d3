package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.PlaywrightException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import refinery.main.CommandLines;
import refinery.protocol.Json;

/** Looks at the two lines that an action shows: the request as curl, and the command. */
final class ActionLines {
  /** Commands whose first word is no verb. */
  private static final Set<String> NOUNS = Set.of("schedule", "dataset");

  private final Set<String> seen = new TreeSet<>();

  /** The titles of dialogs that were seen; axe-core looks at one of each. */
  private final Set<String> dialogs = new TreeSet<>();

  private final String api;

  /**
   * @param url of the node that the lines are about
   */
  ActionLines(String url) {
    api = url + "/api/v1/";
  }

  /** The verbs of the commands that were seen. */
  Set<String> seen() {
    return seen;
  }

  /**
   * Opens what each action of the page says of itself, after these clicks, and what stands open.
   */
  void look(Window window, List<String> clicks) {
    try {
      open(window, clicks);
    } catch (PlaywrightException e) {
      throw new AssertionError(window.path() + " shows no lines", e);
    }
  }

  private void open(Window window, List<String> clicks) {
    clicks.forEach(selector -> window.find(selector).click());
    Locator carets = window.page().locator("main .action > .split > button.caret");
    if (clicks.isEmpty()) {
      window.find("main .action > .split > button.caret, main .elsewhere");
      for (Locator caret : carets.all()) {
        caret.click();
        check(window, "dialog .elsewhere");
        window.page().keyboard().press("Escape");
      }
    }
    if (carets.count() == 0 || !clicks.isEmpty()) {
      check(window, ".elsewhere");
      window.page().keyboard().press("Escape");
    }
  }

  private void check(Window window, String selector) {
    window.find(selector);
    Locator dialog = window.page().locator("dialog h2");
    if (dialog.count() > 0 && dialogs.add(dialog.innerText().replaceAll("\\d+", "n"))) {
      assertThat(window.violationsOfDialog()).as(window.path()).isEmpty();
    }
    for (Locator elsewhere : window.page().locator(selector).all()) {
      List<String> lines = elsewhere.locator("code").allTextContents();
      assertThat(lines).as(window.path()).hasSize(2);
      curl(lines.getFirst());
      List<String> words = CommandLines.words("refinery", lines.getLast());
      CommandLines.parse(words);
      seen.add(NOUNS.contains(words.getFirst()) ? words.get(0) + " " + words.get(1) : words.get(0));
    }
  }

  private void curl(String line) {
    List<String> words = CommandLines.words("curl", line);
    assertThat(words.getLast()).as(line).startsWith(api);
    assertThat(words.get(words.indexOf("-X") + 1)).as(line).isIn("POST", "PATCH", "DELETE");
    if (words.contains("-d")) {
      try {
        assertThat(Json.MAPPER.readTree(words.get(words.indexOf("-d") + 1)).isObject()).isTrue();
      } catch (JsonProcessingException e) {
        throw new AssertionError("the body is no JSON: " + line, e);
      }
    }
  }
}
