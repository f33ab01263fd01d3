package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.main.CommandLines;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/** What every page of the dashboard has: navigation, keys, themes, and that anybody can use it. */
@RequiresTools("chromium")
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
  void theShellIsUsableByAnybodyInBothThemesAndOnAPhone(Browser browser) {
    for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      try (Window window = browser.open("/", 1280, 800, theme)) {
        assertThat(window.violations()).as(theme.name()).isEmpty();
        window.page().keyboard().press("?");
        window.find("dialog h2:has-text(\"Keys\")");
        assertThat(window.violations()).as(theme + " keys").isEmpty();
        window.page().keyboard().press("Escape");
        window.go("/signin");
        assertThat(window.violations()).as(theme + " sign in").isEmpty();
      }
    }
    try (Window window = browser.open("/", 360, 640, ColorScheme.LIGHT)) {
      assertThat(window.page().evaluate("document.documentElement.scrollWidth"))
          .as("nothing is wider than the phone")
          .isEqualTo(360);
      window.find("button[aria-label=Rooms]").click();
      window.find("nav[aria-label=Rooms] a:has-text(\"Jobs\")").click();
      window.find("main h1:has-text(\"Jobs\")");
      assertThat(window.violations()).isEmpty();
    }
  }
}
