package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.testing.RequiresTools;

/**
 * Every page, as a laptop shows it in both themes and a phone in the dark one: nothing that
 * axe-core finds wrong, nothing wider than the window, one main heading. With {@code
 * -Drefinery.screenshots=DIR} a picture of each is written there; with {@code
 * -Drefinery.images=DIR} those of {@code docs/images}, by their names: {@code ./mvnw -pl node -am
 * verify -Dtest=AllPagesBrowserTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Drefinery.images=$PWD/docs/images}.
 */
@RequiresTools(Browser.PROGRAMS)
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
        survey + "?tab=request",
        survey + "?tab=history",
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
        "/docs",
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
        window.looks(LAPTOP, 800, ColorScheme.LIGHT).visit(path);
        look(window, path, wrong);
        picture(window, "laptop" + path);
        image(refinery, path).ifPresent(name -> picture(window, "refinery.images", name));
        window.looks(LAPTOP, 800, ColorScheme.DARK);
        colours(window, path + " dark", wrong);
        window.looks(PHONE, 740, ColorScheme.DARK);
        look(window, path, wrong);
        picture(window, "phone" + path);
        image(refinery, path)
            .filter("job"::equals)
            .ifPresent(job -> picture(window, "refinery.images", "phone"));
        Object width = window.page().evaluate("document.documentElement.scrollWidth");
        if (!width.equals(PHONE)) {
          wrong.add(path + " is " + width + " wide on a phone");
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Of a page that was looked at already, in its other theme: only what a theme changes. */
  private static void colours(Window window, String path, List<String> wrong) {
    window.violations("color-contrast").forEach(each -> wrong.add(path + ": " + each));
  }

  /** The name in docs/images of the picture of a page; a phone has that of the job. */
  private static Optional<String> image(Refinery refinery, String path) {
    if (path.startsWith("/jobs/")) {
      return Optional.of("job");
    }
    return Optional.ofNullable(
        Map.of("/", "overview", "/nodes", "nodes", "/surveys/" + refinery.done(), "survey")
            .get(path));
  }

  private static void picture(Window window, String name) {
    picture(window, "refinery.screenshots", name);
  }

  private static void picture(Window window, String property, String name) {
    Optional.ofNullable(System.getProperty(property))
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
