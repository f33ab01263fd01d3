package refinery.main;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.http.access.AuthConfig;
import refinery.http.access.BearerToken;
import refinery.http.access.Tokens;

/**
 * Reads the tokens again when the file of {@code --config} or the file of tokens changes: looks
 * once a second, on a thread of its own. What cannot be read leaves the tokens as they are, and is
 * said once.
 */
final class TokenWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TokenWatch.class);
  private static final int LARGEST = 16 << 20;

  /** No digest is so. */
  private static final String UNSEEN = "";

  private final Supplier<Config> reading;
  private final Optional<Path> configFile;
  private final Tokens tokens;
  private final BiConsumer<List<BearerToken>, List<BearerToken>> changed;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "token-watch");
            made.setDaemon(true);
            return made;
          });
  private Optional<Path> tokensFile;
  private String seen;

  /** Why the files cannot be taken; empty while they can. */
  private volatile String kept = "";

  /**
   * @param changed is told of the tokens before and after
   */
  private TokenWatch(
      NodeOptions options,
      AuthConfig first,
      Tokens tokens,
      BiConsumer<List<BearerToken>, List<BearerToken>> changed) {
    this.reading =
        () ->
            Configuration.load(
                options.configFile(), options.sets(), System.getenv(), AkkaSettings.from(options));
    this.configFile = options.configFile();
    this.tokensFile = first.tokensFile();
    this.tokens = tokens;
    this.changed = changed;
    this.seen = digest();
  }

  /** Watches until it is closed; does nothing where there are no files. */
  static TokenWatch start(
      NodeOptions options,
      AuthConfig first,
      Tokens tokens,
      BiConsumer<List<BearerToken>, List<BearerToken>> changed) {
    TokenWatch watch = new TokenWatch(options, first, tokens, changed);
    if (options.configFile().isPresent() || first.tokensFile().isPresent()) {
      watch.thread.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
    }
    return watch;
  }

  /**
   * What is written while this reads is seen at the next look, as the files are digested before.
   */
  private void look() {
    String now = digest();
    if (now.equals(seen)) {
      return;
    }
    try {
      AuthConfig read = AuthConfig.from(reading.get().getConfig("refinery.http"));
      boolean sameFile = read.tokensFile().equals(tokensFile);
      tokensFile = read.tokensFile();
      take(read.tokens());
      seen = sameFile ? now : UNSEEN;
      kept = "";
    } catch (ConfigurationException | IllegalArgumentException e) {
      kept(e.getMessage());
    } catch (ConfigException e) {
      kept(Configuration.oneLine(e));
    }
  }

  private void take(List<BearerToken> now) {
    List<BearerToken> before = tokens.current();
    if (!now.equals(before)) {
      tokens.replace(now);
      LOG.info("tokens accepted from now on: {}", named(now));
      changed.accept(before, now);
    }
  }

  /** It is read again at every look, as it may name a file that is not watched yet. */
  private void kept(String why) {
    seen = UNSEEN;
    if (!why.equals(kept)) {
      LOG.warn("the tokens stay as they are: {}", why);
    }
    kept = why;
  }

  /** True while the files say what cannot be taken. */
  boolean hasKept() {
    return !kept.isEmpty();
  }

  static String named(List<BearerToken> tokens) {
    return tokens.stream()
        .map(token -> token.actor().name() + " (" + token.scope().word() + ")")
        .collect(Collectors.joining(", "));
  }

  /** Of the contents, as a file may change twice in the smallest unit of its times. */
  private String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : Stream.concat(configFile.stream(), tokensFile.stream()).toList()) {
        digest.update((byte) 0);
        try (InputStream in = Files.newInputStream(file)) {
          digest.update(in.readNBytes(LARGEST));
        } catch (IOException away) {
          digest.update((byte) 1);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
