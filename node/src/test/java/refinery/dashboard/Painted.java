package refinery.dashboard;

import com.microsoft.playwright.Page;
import java.util.Map;

/** Measures in a page when something has been painted, in milliseconds. */
final class Painted {
  /** A message that is posted in a frame is taken when that frame has been painted. */
  private static final String AFTER =
      "const after = then => { const channel = new MessageChannel(); channel.port1.onmessage ="
          + " then; channel.port2.postMessage(0); };";

  /** In every new page: when each of these conditions held in a frame that was painted. */
  private static final String LOADED =
      """
      window.__loaded = {};
      {
        %s
        const conditions = {useful: () => %s, whole: () => %s};
        const look = () => {
          for (const [name, holds] of Object.entries(conditions)) {
            if (window.__loaded[name] === undefined && document.body && holds()) {
              window.__loaded[name] = null;
              after(() => { window.__loaded[name] = performance.now(); });
            }
          }
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }
      """;

  private static final String FIRST_PAINT =
      "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1";

  private static final String INPUT =
      """
      (() => {
        %s
        const watch = (window.__input = {from: null, told: null, reaction: null, answer: null});
        addEventListener('%s', event => { watch.from = event.timeStamp; watch.told = performance.now() - watch.from; }, {capture: true, once: true});
        const before = {path: location.pathname + location.search, text: document.querySelector('main').textContent};
        const changed = () => document.querySelector('main').textContent !== before.text;
        let reacted = false;
        const look = () => {
          if (watch.from !== null) {
            if (!reacted && (%s)) { reacted = true; after(() => { watch.reaction = performance.now() - watch.from; }); }
            if (reacted && (%s)) { after(() => { watch.answer = performance.now() - watch.from; }); return; }
          }
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      })()
      """;

  private Painted() {}

  /**
   * @param first until anything was painted
   * @param useful until the first figures or rows were
   * @param whole until all parts of the page were
   */
  record Load(double first, double useful, double whole) {}

  /**
   * @param told until the page got the event
   * @param reaction until a frame showed that the input was taken
   * @param answer until a frame showed what it asked for
   */
  record Response(double told, double reaction, double answer) {}

  /**
   * Loads a page that has loaded nothing before.
   *
   * @param useful a condition in JavaScript
   * @param whole likewise
   */
  static Load load(Page page, String address, String useful, String whole) {
    page.addInitScript(LOADED.formatted(AFTER, useful, whole));
    page.navigate(address);
    page.waitForFunction("() => window.__loaded?.useful > 0 && window.__loaded?.whole > 0");
    Map<?, ?> times = (Map<?, ?>) page.evaluate("window.__loaded");
    return new Load(
        number(page.evaluate(FIRST_PAINT)),
        number(times.get("useful")),
        number(times.get("whole")));
  }

  /**
   * Times one input.
   *
   * @param event the name of the event with which it begins
   * @param reaction a condition in JavaScript, which may use {@code before} and {@code changed()}
   * @param answer likewise
   */
  static Response input(Page page, String event, String reaction, String answer, Runnable input) {
    page.evaluate(INPUT.formatted(AFTER, event, reaction, answer));
    input.run();
    page.waitForFunction("() => window.__input.answer > 0 && window.__input.reaction > 0");
    Map<?, ?> times = (Map<?, ?>) page.evaluate("window.__input");
    return new Response(
        number(times.get("told")), number(times.get("reaction")), number(times.get("answer")));
  }

  private static double number(Object value) {
    return ((Number) value).doubleValue();
  }
}
