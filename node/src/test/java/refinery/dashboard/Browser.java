package refinery.dashboard;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.testing.ToolsPresent;

/** One Chromium, the system's own: {@code CHROMIUM}, or the first of {@link #PROGRAMS}. */
public final class Browser implements AutoCloseable {
  /** The first has no window of its own around each page, and is a third quicker. */
  static final String PROGRAMS = "chromium-headless-shell|chromium";

  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final com.microsoft.playwright.Browser chromium;
  private final String url;
  private BrowserContext shared;

  /**
   * @param url of the node whose dashboard is looked at
   */
  public Browser(String url) {
    this.url = url;
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    Path program =
        Optional.ofNullable(System.getenv("CHROMIUM"))
            .map(Path::of)
            .or(() -> ToolsPresent.find(PROGRAMS))
            .orElseThrow();
    chromium =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program)
                    .setArgs(ARGUMENTS)
                    .setHeadless(true));
  }

  /** A window of a laptop in the light theme, at this path. */
  public Window open(String path) {
    return open(path, 1280, 800, ColorScheme.LIGHT);
  }

  /**
   * A window of this size and theme at this path, with no cookie or memory of others, but with the
   * dashboard's files that they have read.
   */
  public Window open(String path, int width, int height, ColorScheme theme) {
    if (shared == null) {
      shared = context(width, height, theme);
    }
    Window window = new Window(shared, url, context -> context.clearCookies());
    try {
      return window.looks(width, height, theme).go(path);
    } catch (RuntimeException e) {
      try {
        window.close();
      } catch (RuntimeException | AssertionError also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  /** A window that has loaded nothing yet, and has no cookie, cache or memory of others. */
  public Window empty(int width, int height, ColorScheme theme) {
    return new Window(context(width, height, theme), url, BrowserContext::close);
  }

  private BrowserContext context(int width, int height, ColorScheme theme) {
    BrowserContext context =
        chromium.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(theme)
                .setAcceptDownloads(true));
    context.setDefaultTimeout(30_000);
    return context;
  }

  @Override
  public void close() {
    chromium.close();
    playwright.close();
  }
}
