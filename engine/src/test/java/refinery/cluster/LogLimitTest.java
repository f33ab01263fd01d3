package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ExtendedActorSystem;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A stranger who sends what is no message to a port without TLS is complained of only so often. */
class LogLimitTest {
  private static final String DECODER = "akka.remote.artery.Decoder";
  private static final int LINES = 60;

  /** Keeps what was said. */
  private static final class Ears extends AppenderBase<ILoggingEvent> {
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      heard.add(event.getFormattedMessage());
    }
  }

  @Test
  void emptyFramesAreComplainedOfOnlySoOften() throws IOException {
    Ears ears = new Ears();
    Logger decoder = (Logger) LoggerFactory.getLogger(DECODER);
    ears.start();
    decoder.addAppender(ears);
    ActorTestKit kit =
        ActorTestKit.create(
            "limited",
            ConfigFactory.parseString(
                    """
                    akka.actor.provider = remote
                    akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                    akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
                    """)
                .withFallback(ConfigFactory.load()));
    ExtendedActorSystem system = (ExtendedActorSystem) kit.system().classicSystem();
    int port = system.provider().getDefaultAddress().getPort().orElseThrow();
    try (Socket socket = new Socket("127.0.0.1", port)) {
      OutputStream out = socket.getOutputStream();
      out.write("AKKA\2".getBytes(StandardCharsets.ISO_8859_1));
      out.write(new byte[1 << 20]);
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> ears.heard.size() > LINES);
      assertThat(ears.heard).hasSize(LINES + 1);
      assertThat(ears.heard).anyMatch(line -> line.contains("more than 60 lines in a minute"));
    } finally {
      kit.shutdownTestKit();
      decoder.detachAppender(ears);
    }
  }
}
