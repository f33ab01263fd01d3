package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.testing.RequiresTools;

/** Signing in and out: what is gone to, and what one reader leaves for the next. */
@RequiresTools(Browser.PROGRAMS)
@ExtendWith(DashboardFixture.class)
class SessionBrowserTest {
  private static final String ROW =
      """
      {"items": [{"id": 1, "at": "2026-01-02T03:04:05Z", "kind": "person", "actor": "ann", "scope": "admin",
        "means": "token", "action": "POST /jobs/{id}/cancel", "subject": "job-secret", "outcome": "done"}], "next": null}
      """;

  @Test
  void whoSignsInNextIsShownNothingOfTheOneBefore(Browser browser) {
    try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
      window.expectErrors();
      sessions(window.page());
      Deque<Route.FulfillOptions> audit =
          new ArrayDeque<>(
              List.of(answer(200, ROW), answer(403, "{\"detail\": \"needs the scope admin\"}")));
      window
          .page()
          .route(
              "**/api/v1/audit?*",
              route -> route.fulfill(audit.size() > 1 ? audit.poll() : audit.peek()));
      window.go("/audit");
      window.shows("job-secret");
      window.find("button:has-text(\"Sign out\")").click();
      signIn(window);
      window.page().waitForURL("**/");
      window.find("nav a:has-text(\"Audit\")").click();
      window.shows("needs the scope admin");
      assertThat(window.page().getByText("job-secret").count()).isZero();
    }
  }

  @Test
  void signingInLeadsToTheVeryLineThatWasAskedForAndNothingIsFollowedBefore(
      Browser browser, Refinery refinery) {
    String job = refinery.job(refinery.done(), "succeeded").orElseThrow().path("id").asText();
    try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
      Page page = window.page();
      window.expectErrors();
      sessions(page);
      page.route("**/api/v1/jobs/" + job, route -> route.fulfill(answer(401, "{}")));
      window.go("/jobs/" + job + "#L5");
      window.find("input[type=password]");
      AtomicInteger streams = new AtomicInteger();
      page.onRequest(request -> streams.addAndGet(isStreamOfSignIn(page, request) ? 1 : 0));
      page.evaluate("dispatchEvent(new Event('online'))");
      page.unroute("**/api/v1/jobs/" + job);
      signIn(window);
      window.find("#L5.log-row.marked");
      assertThat(streams).as("asked for by nobody who is signed in").hasValue(0);
    }
  }

  private static boolean isStreamOfSignIn(Page page, Request request) {
    return page.url().contains("/signin") && request.url().contains("/api/v1/events");
  }

  /** The node as if it wanted a token, and took any. */
  private static void sessions(Page page) {
    page.route(
        "**/api/v1/session",
        route ->
            route.fulfill(
                route.request().method().equals("GET")
                    ? answer(200, "{\"actor\": \"ann\", \"scope\": \"admin\", \"required\": true}")
                    : new Route.FulfillOptions().setStatus(204)));
  }

  private static Route.FulfillOptions answer(int status, String body) {
    return new Route.FulfillOptions()
        .setStatus(status)
        .setContentType("application/json")
        .setBody(body);
  }

  private static void signIn(Window window) {
    window.find("input[type=password]").fill("a token");
    window.find("button:has-text(\"Sign in\")").click();
  }

  @Test
  void noTestMayExpectAnUncaughtErrorOrAnotherHost(Browser browser) {
    Window thrown = browser.empty(640, 480, ColorScheme.LIGHT);
    thrown.expectErrors();
    List<String> seen = new ArrayList<>();
    thrown.page().onPageError(seen::add);
    thrown.page().evaluate("setTimeout(() => { throw new Error('lost') })");
    thrown.page().waitForCondition(() -> !seen.isEmpty());
    assertThatThrownBy(thrown::close).hasMessageContaining("lost");
    Window foreign = browser.empty(640, 480, ColorScheme.LIGHT);
    foreign.expectErrors();
    foreign
        .page()
        .waitForRequest(
            "http://127.0.0.2:1/",
            () -> foreign.page().evaluate("fetch('http://127.0.0.2:1/').catch(() => {})"));
    assertThatThrownBy(foreign::close).hasMessageContaining("foreign request: http://127.0.0.2");
  }
}
