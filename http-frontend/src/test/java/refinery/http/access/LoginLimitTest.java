package refinery.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LoginLimitTest {
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private final LoginLimit limit = new LoginLimit(2, () -> now);

  private static InetAddress address(String text) throws UnknownHostException {
    return InetAddress.getByName(text);
  }

  @Test
  void aClientWaitsOutTheMinuteOfItsFirstFailure() throws Exception {
    InetAddress client = address("10.0.0.1");
    limit.failed(client);
    assertThat(limit.wait(client)).isEmpty();
    now = now.plusSeconds(20);
    limit.failed(client);
    assertThat(limit.wait(client)).contains(Duration.ofSeconds(40));
    assertThat(limit.wait(address("10.0.0.2"))).isEmpty();
    now = now.plusSeconds(40);
    assertThat(limit.wait(client)).isEmpty();
    limit.failed(client);
    assertThat(limit.wait(client)).isEmpty();
  }

  @Test
  void anIpv6NetworkIsOneClient() throws Exception {
    limit.failed(address("2001:db8::1"));
    limit.failed(address("2001:db8::2"));
    assertThat(limit.wait(address("2001:db8::3"))).isPresent();
    assertThat(limit.wait(address("2001:db8:0:1::3"))).isEmpty();
  }

  @Test
  void aHundredThousandClientsTakeBoundedMemory() throws Exception {
    for (int i = 0; i < 100_000; i++) {
      limit.failed(
          InetAddress.getByAddress(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i}));
    }
    assertThat(limit.remembered()).isEqualTo(10_000);
  }
}
