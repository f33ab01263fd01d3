package refinery.dashboard;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import refinery.scale.LargeNode;

/**
 * How fast the dashboard is with many batches and many events, and what it costs the node: {@code
 * DashboardBench DIRECTORY [BATCHES [PART,...]]}. The directory is kept: the next run begins with
 * its node. Parts: {@code load}, {@code input}, {@code cpu}, {@code log}, {@code metrics}; all by
 * default.
 */
public final class DashboardBench {
  private static final int RATE = 1_000;
  private static final int ROUNDS = 9;
  private static final int LOG_ROUNDS = 3;
  private static final int READERS = 10;
  private static final int SCRAPES = 40;
  private static final int LOOKS = 20;
  private static final int LINES = 1_200_000;
  private static final String LAST_LINE =
      "[...document.querySelectorAll('.log-row')].some(row => /now:/.test(row.textContent))";
  private static final String ROW = "document.querySelector('.table tbody tr[role=row]')";

  private DashboardBench() {}

  /**
   * A page, with conditions in JavaScript.
   *
   * @param useful for what a reader came for
   * @param whole for all parts that are in sight
   */
  private record Room(String name, Function<LargeNode, String> path, String useful, String whole) {}

  private static final List<Room> ROOMS =
      List.of(
          new Room("Overview", node -> "/", has("main .stats .stat-value"), has(".u-wrap canvas")),
          new Room("Surveys", node -> "/surveys", ROW, ROW),
          new Room("Batches", node -> "/batches", ROW, ROW + " && " + has(".facets section")),
          new Room("Jobs", node -> "/jobs", ROW, ROW),
          new Room(
              "a survey",
              node -> "/surveys/" + node.survey(),
              has(".eta"),
              has("[role=grid] [role=row]")),
          new Room(
              "Nodes", node -> "/nodes", has("main .stats .stat-value"), has("main .grid svg")));

  private static String has(String selector) {
    return "document.querySelector('" + selector + "')";
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    int batches = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
    Set<String> parts =
        Set.of((arguments.length > 2 ? arguments[2] : "load,input,cpu,log,metrics").split(","));
    try (LargeNode node = LargeNode.start(directory, batches)) {
      say("%,d batches, %d cores, load %.1f", batches, cores(), load());
      if (parts.contains("metrics")) {
        scrapes(node);
        watch(node);
      }
      if (parts.contains("cpu")) {
        cpu(node);
      }
      try (Browser browser = new Browser(node.url())) {
        try (SteadyEvents events = new SteadyEvents(node, RATE)) {
          if (parts.contains("load")) {
            loads(node, browser);
          }
          if (parts.contains("input")) {
            new Inputs(browser).run(ROUNDS).forEach(DashboardBench::say);
          }
          say("%,d events were written meanwhile", events.written());
        }
        if (parts.contains("log")) {
          logs(node, browser);
        }
      }
    }
    System.exit(0);
  }

  /** Each in a new window, which has nothing in its cache. */
  private static void loads(LargeNode node, Browser browser) {
    say("Pages, ms: median, longest of %d; load %.1f", ROUNDS, load());
    for (Room room : ROOMS) {
      Times first = new Times();
      Times useful = new Times();
      Times whole = new Times();
      for (int round = 0; round < ROUNDS; round++) {
        try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
          String address = node.url() + room.path().apply(node);
          Painted.Load load = Painted.load(window.page(), address, room.useful(), room.whole());
          first.add(load.first());
          useful.add(load.useful());
          whole.add(load.whole());
        }
      }
      say("%-9s first paint %s; useful %s; whole %s", room.name(), first, useful, whole);
    }
  }

  /** The same load without and with readers, in turn. */
  private static void cpu(LargeNode node) throws Exception {
    try (SteadyEvents events = new SteadyEvents(node, RATE)) {
      measured(node, events, 0, 20);
      double without = 0;
      double with = 0;
      for (int round = 0; round < 3; round++) {
        without += measured(node, events, 0, 40) / 3;
        with += measured(node, events, READERS, 40) / 3;
      }
      say("%d open overviews cost %.1f %% of a core", READERS, (with - without) * 100);
    }
  }

  /** Cores that the node and its database use. */
  private static double measured(LargeNode node, SteadyEvents events, int readers, int seconds)
      throws IOException, InterruptedException {
    List<OverviewReader> all = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      all.add(new OverviewReader(node.url()));
      Thread.sleep(300);
    }
    long written = events.written();
    double before = node.cpu();
    double database = node.databaseCpu();
    long begun = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    double took = (System.nanoTime() - begun) / 1e9;
    double used = (node.cpu() - before) / took;
    say(
        "%2d readers: %.1f %% of a core (database %.1f %%), %.0f events/s, %.1f messages/s, %.1f"
            + " requests/s; load %.1f",
        readers,
        used * 100,
        (node.databaseCpu() - database) / took * 100,
        (events.written() - written) / took,
        all.stream().mapToLong(OverviewReader::news).sum() / took,
        all.stream().mapToLong(OverviewReader::requests).sum() / took,
        load());
    all.forEach(OverviewReader::close);
    return used;
  }

  private static void logs(LargeNode node, Browser browser) throws Exception {
    String job = node.logging(LINES);
    String about = "/api/v1/jobs/" + job + "/log/lines?tail=1";
    HttpClient http = HttpClient.newHttpClient();
    String answer = "";
    while (!answer.matches("(?s).*\"lines\":12\\d{5}.*")) {
      TimeUnit.MILLISECONDS.sleep(500);
      answer =
          http.send(
                  HttpRequest.newBuilder(URI.create(node.url() + about)).build(),
                  BodyHandlers.ofString())
              .body();
    }
    say("A log that grows: %s", answer.replaceAll("\"items\":\\[.*?\\],?", ""));
    Times end = new Times();
    Times opened = new Times();
    Times follow = new Times();
    Times found = new Times();
    for (int round = 0; round < LOG_ROUNDS; round++) {
      try (Window window = browser.empty(1280, 800, ColorScheme.LIGHT)) {
        Page page = window.page();
        String address = node.url() + "/jobs/" + job;
        end.add(Painted.load(page, address, LAST_LINE, LAST_LINE).useful());
        follow.add(Inputs.nextLine(page));
        found.add(
            Painted.input(
                    page,
                    "input",
                    "document.activeElement.value !== ''",
                    "/1 line found/.test(document.querySelector('.log-found')?.textContent)",
                    () -> page.fill("input[aria-label='Search the log']", "read 1187654 of"))
                .answer());
      }
    }
    String rows = ".table tbody tr[role=row]";
    for (int round = 0; round < ROUNDS; round++) {
      try (Window window = browser.open("/jobs?state=running")) {
        Page page = window.page();
        window.find(rows);
        opened.add(
            Painted.input(
                    page,
                    "pointerdown",
                    "location.pathname.endsWith('" + job + "')",
                    LAST_LINE,
                    () -> page.locator(rows + ":has-text('" + job + "') td:nth-child(2)").click())
                .answer());
      }
    }
    say("ms from a click in the list of jobs until the log's end was painted %s", opened);
    say(
        "ms until its end was painted %s; from a line's own time to its paint %s; until a search of"
            + " all was painted %s",
        end, follow, found);
  }

  private static void scrapes(LargeNode node) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(node.management() + "/metrics")).build();
    HttpClient http = HttpClient.newHttpClient();
    Times times = new Times();
    int bytes = 0;
    double before = node.cpu();
    for (int round = 0; round < SCRAPES; round++) {
      long begun = System.nanoTime();
      bytes = http.send(request, BodyHandlers.ofByteArray()).body().length;
      times.add((System.nanoTime() - begun) / 1e6);
    }
    say(
        "%d scrapes: ms %s; %d kB; %.0f ms of processor time each; load %.1f",
        SCRAPES, times, bytes / 1_000, (node.cpu() - before) / SCRAPES * 1e3, load());
  }

  /** The command itself, without a terminal, and what each of its looks asks. */
  private static void watch(LargeNode node) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    for (String path :
        List.of(
            "stats",
            "surveys?state=running&limit=10",
            "surveys?state=awaiting_input&limit=5",
            "nodes?limit=50",
            "jobs?state=queued&limit=100",
            "jobs?state=failed&limit=5")) {
      Times times = new Times();
      for (int round = 0; round < ROUNDS; round++) {
        long begun = System.nanoTime();
        http.send(
            HttpRequest.newBuilder(URI.create(node.url() + "/api/v1/" + path)).build(),
            BodyHandlers.ofByteArray());
        times.add((System.nanoTime() - begun) / 1e6);
      }
      say("watch asks %-36s ms %s", path, times);
    }
    double before = node.cpu();
    Process watch =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "refinery.main.RefineryCommand",
                "watch",
                "--url",
                node.url(),
                "--every",
                "1")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long looks = 0;
    Times paces = new Times();
    double own = 0;
    try (BufferedReader lines = watch.inputReader()) {
      long last = 0;
      for (String line = lines.readLine(); looks < LOOKS && line != null; line = lines.readLine()) {
        if (line.startsWith(node.url())) {
          looks++;
          long now = System.nanoTime();
          if (looks == 3) {
            before = node.cpu();
            own = seconds(watch);
          } else if (looks > 3) {
            paces.add((now - last) / 1e6);
          }
          last = now;
        }
      }
      own = seconds(watch) - own;
    }
    watch.destroy();
    say(
        "watch --every 1: ms from one look to the next %s; processor time of a look, ms: %.0f of"
            + " its own, %.0f of the node",
        paces, own / (LOOKS - 3) * 1e3, (node.cpu() - before) / (LOOKS - 3) * 1e3);
  }

  private static double seconds(Process process) {
    return process.info().totalCpuDuration().orElse(java.time.Duration.ZERO).toNanos() / 1e9;
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static void say(String text, Object... values) {
    System.out.println(String.format(Locale.ROOT, text, values));
  }
}
