package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
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
