package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A window of the browser with one page. Closing it fails the test if the page wrote an error to
 * its console, left one uncaught or asked another host for anything.
 */
public final class Window implements AutoCloseable {
  private static final String AXE = read("/refinery/dashboard/axe.min.js");

  private static final List<String> ALL =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

  /** What is there before is the file's own heading. */
  private static final String DRAWN =
      "() => document.querySelector('main:not(.boot) h1') && document.title !== 'Refinery'";

  /** Another query of the same view keeps its heading: it is drawn in the next frame. */
  private static final String VISIT =
      """
      async path => {
        if (path.split('?')[0] !== location.pathname) {
          document.querySelector('main h1').dataset.left = true;
        }
        history.pushState({}, '', path);
        dispatchEvent(new PopStateEvent('popstate'));
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
      }
      """;

  private final BrowserContext context;
  private final Consumer<BrowserContext> left;
  private final Page page;
  private final String url;
  private final List<String> written = new ArrayList<>();
  private final List<String> never = new ArrayList<>();
  private boolean errorsExpected;

  /**
   * @param left what is done with the context when the page is closed
   */
  Window(BrowserContext context, String url, Consumer<BrowserContext> left) {
    this.context = context;
    this.left = left;
    this.url = url;
    this.page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            written.add("console: " + message.text() + " at " + message.location());
          }
        });
    page.onPageError(error -> never.add("uncaught: " + error));
    page.onRequest(
        request -> {
          if (!request.url().startsWith(url) && !request.url().matches("(data|blob|about):.*")) {
            never.add("foreign request: " + request.url());
          }
        });
  }

  /** Playwright's page, for everything. */
  public Page page() {
    return page;
  }

  /** Loads a path of the dashboard, and waits for its heading. */
  public Window go(String path) {
    page.navigate(url + path);
    page.waitForFunction(DRAWN);
    return this;
  }

  /**
   * Goes to a path as a link of the page does, which does not load it anew, and waits for its
   * heading.
   */
  public Window visit(String path) {
    page.evaluate(VISIT, path);
    page.waitForFunction("() => document.querySelector('main h1:not([data-left])')");
    return this;
  }

  /** Shows the page that is open at another size and in another theme. */
  public Window looks(int width, int height, ColorScheme theme) {
    page.setViewportSize(width, height);
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(theme));
    return this;
  }

  /** The first element that this CSS selector finds, once it is there. */
  public Locator find(String selector) {
    Locator found = page.locator(selector).first();
    found.waitFor();
    return found;
  }

  /** Waits until the page shows this text. */
  public void shows(String text) {
    page.getByText(text).first().waitFor();
  }

  /** The address without the host. */
  public String path() {
    return page.url().substring(url.length());
  }

  /** What axe-core finds wrong with the page, one line each; WCAG 2.2 up to AA. */
  public List<String> violations() {
    return violations("document", ALL);
  }

  /** The same of the dialog that is open, alone. */
  public List<String> violationsOfDialog() {
    find("dialog[open]");
    return violations("dialog[open]", ALL);
  }

  /** The same of the whole page, by these tags or rules of axe-core alone. */
  public List<String> violations(String... rules) {
    return violations("document", List.of(rules));
  }

  private List<String> violations(String where, List<String> rules) {
    if (page.evaluate("'axe' in window").equals(false)) {
      page.evaluate(AXE);
    }
    Object found =
        page.evaluate(
            """
            async ([where, rules]) => (await axe.run(where === 'document' ? document : where, {resultTypes: ['violations'], runOnly: rules}))
              .violations.flatMap(rule => rule.nodes.map(node =>
                `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll('\\n', ' ')}`))
            """,
            List.of(where, rules));
    return ((List<?>) found).stream().map(Object::toString).toList();
  }

  /**
   * What the browser writes of a refused or failed request is part of this test, such as that a
   * node does not answer. Uncaught errors and requests to others never are.
   */
  public void expectErrors() {
    errorsExpected = true;
  }

  @Override
  public void close() {
    try {
      if (page.url().startsWith(url)) {
        page.evaluate("origin === 'null' || localStorage.clear()"); // A sandboxed page has none.
      }
    } finally {
      page.close();
      left.accept(context);
    }
    assertThat(never).isEmpty();
    if (!errorsExpected) {
      assertThat(written).isEmpty();
    }
  }

  static String read(String resource) {
    try (InputStream in = Window.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
