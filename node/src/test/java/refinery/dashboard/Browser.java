package refinery.dashboard;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One Chromium, the system's own ({@code CHROMIUM} or /usr/bin/chromium). */
public final class Browser implements AutoCloseable {
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

  /**
   * @param url of the node whose dashboard is looked at
   */
  public Browser(String url) {
    this.url = url;
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    String program = Optional.ofNullable(System.getenv("CHROMIUM")).orElse("/usr/bin/chromium");
    chromium =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of(program))
                    .setArgs(ARGUMENTS)
                    .setHeadless(true));
  }

  /** A window of a laptop in the light theme, at this path. */
  public Window open(String path) {
    return open(path, 1280, 800, ColorScheme.LIGHT);
  }

  /** A window of this size and theme, with no cookie or memory of others, at this path. */
  public Window open(String path, int width, int height, ColorScheme theme) {
    return empty(width, height, theme).go(path);
  }

  /** A window that has loaded nothing yet, and has no cookie, cache or memory of others. */
  public Window empty(int width, int height, ColorScheme theme) {
    BrowserContext context =
        chromium.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(theme)
                .setAcceptDownloads(true));
    context.setDefaultTimeout(30_000);
    return new Window(context, url);
  }

  @Override
  public void close() {
    chromium.close();
    playwright.close();
  }
}
