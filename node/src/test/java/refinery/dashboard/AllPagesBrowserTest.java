package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.testing.RequiresTools;

/**
 * Every page, as a laptop shows it in the light theme, and as a phone does in the dark one: nothing
 * that axe-core finds wrong, nothing wider than the window, one main heading. With {@code
 * -Drefinery.screenshots=DIR} a picture of each is written there.
 */
@RequiresTools("chromium")
@ExtendWith(DashboardFixture.class)
class AllPagesBrowserTest {
  private static final int LAPTOP = 1280;
  private static final int PHONE = 360;

  private static List<String> pages(Refinery refinery) {
    String survey = "/surveys/" + refinery.done();
    String batch = first(refinery, "/batches?survey_id=" + refinery.done());
    String dataset = "/datasets/" + refinery.dataset().path("id").asText();
    String job = refinery.job(refinery.failed(), "failed").orElseThrow().path("id").asText();
    return List.of(
        "/",
        "/surveys",
        "/surveys/new",
        survey,
        survey + "?tab=plan",
        "/surveys/" + refinery.asks(),
        "/inbox",
        "/batches",
        "/batches/" + batch,
        "/compare?a=" + batch + "&b=" + first(refinery, "/batches?survey_id=" + refinery.failed()),
        "/jobs",
        "/jobs/" + job,
        "/failures",
        "/schedules",
        "/datasets",
        "/datasets/new",
        "/datasets/compare",
        dataset,
        "/nodes",
        "/nodes/" + first(refinery, "/nodes"),
        "/cluster",
        "/sources",
        "/audit",
        "/signin");
  }

  private static String first(Refinery refinery, String list) {
    return refinery.client().get(list).at("/items/0/id").asText();
  }

  @Test
  void everyPageIsForEverybody(Browser browser, Refinery refinery) {
    List<String> wrong = new ArrayList<>();
    try (Window window = browser.open("/", LAPTOP, 800, ColorScheme.LIGHT)) {
      for (String path : pages(refinery)) {
        window.looks(LAPTOP, 800, ColorScheme.LIGHT).go(path);
        look(window, path, wrong);
        picture(window, "laptop" + path);
        window.looks(PHONE, 740, ColorScheme.DARK);
        look(window, path, wrong);
        picture(window, "phone" + path);
        Object width = window.page().evaluate("document.documentElement.scrollWidth");
        if (!width.equals(PHONE)) {
          wrong.add(path + " is " + width + " wide on a phone");
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void picture(Window window, String name) {
    Optional.ofNullable(System.getProperty("refinery.screenshots"))
        .map(folder -> Path.of(folder, name.replaceAll("[^a-z0-9-]+", "_") + ".png"))
        .ifPresent(file -> window.page().screenshot(new Page.ScreenshotOptions().setPath(file)));
  }

  /** Looks once all that the page reads is there. */
  private static void look(Window window, String path, List<String> wrong) {
    window.page().waitForFunction("() => !document.querySelector('main .loading')");
    window.violations().forEach(each -> wrong.add(path + ": " + each));
    if (window.page().locator("h1").count() != 1) {
      wrong.add(path + " has not one h1");
    }
  }
}
