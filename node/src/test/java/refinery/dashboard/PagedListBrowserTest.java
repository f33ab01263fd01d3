package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.testing.RequiresTools;

/** The dashboard's own list, fed with lists that grow and shrink anywhere while they are read. */
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class PagedListBrowserTest {
  private static final String FOLLOWED = Window.read("/refinery/dashboard/paged-list.js");

  @Test
  void noRowIsShownTwiceOrLeftOutHoweverTheListChanges(Browser browser) {
    try (Window window = browser.open("/docs")) {
      for (int seed = 1; seed <= 40; seed++) {
        assertThat(window.page().evaluate(FOLLOWED, seed)).as("seed %d", seed).isNull();
      }
    }
  }
}
