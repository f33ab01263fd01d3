package refinery.http.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import refinery.http.connections.Connections.Connection;
import refinery.http.connections.Connections.Standing;

class ConnectionsTest {
  private final Connections connections =
      new Connections(new ConnectionLimits(4, 2, Duration.ofSeconds(10), Duration.ofSeconds(60)));
  private final List<String> closed = new ArrayList<>();

  private Connection open(String address, String name) throws UnknownHostException {
    return connections.open(InetAddress.getByName(address), () -> closed.add(name));
  }

  @Test
  void aClientWithTooManyLosesItsLongestIdle() throws Exception {
    Connection first = open("10.0.0.1", "first");
    open("10.0.0.1", "second");
    first.busy();
    first.idle();
    assertThat(open("10.0.0.1", "third").standing()).isEqualTo(Standing.ADMITTED);
    assertThat(closed).containsExactly("second");
    assertThat(connections.count()).isEqualTo(2);
  }

  @Test
  void whoWasClosedToMakeRoomIsNotServed() throws Exception {
    Connection first = open("10.0.0.1", "first");
    open("10.0.0.1", "second");
    open("10.0.0.1", "third");
    assertThat(first.busy()).isFalse();
    first.idle();
    first.ended();
    assertThat(connections.count()).isEqualTo(2);
  }

  @Test
  void whenAllAreTakenTheClientWithTheMostLosesItsLongestIdle() throws Exception {
    open("10.0.0.1", "small");
    open("10.0.0.2", "large");
    open("10.0.0.2", "large too");
    open("10.0.0.3", "other").busy();
    assertThat(open("10.0.0.4", "new").standing()).isEqualTo(Standing.ADMITTED);
    assertThat(closed).containsExactly("large");
  }

  @Test
  void whenNoneIsIdleTheNewOneIsRefusedUntilOneEnds() throws Exception {
    Connection first = open("10.0.0.1", "first");
    first.busy();
    open("10.0.0.1", "second").busy();
    assertThat(open("10.0.0.1", "third").standing()).isEqualTo(Standing.REFUSED);
    assertThat(open("10.0.0.2", "another client").standing()).isEqualTo(Standing.ADMITTED);
    first.ended();
    first.ended();
    assertThat(open("10.0.0.1", "fourth").standing()).isEqualTo(Standing.ADMITTED);
    assertThat(closed).isEmpty();
  }

  @Test
  void theRefusedAreBoundedToo() throws Exception {
    open("10.0.0.1", "first").busy();
    open("10.0.0.1", "second").busy();
    List<Connection> refused = new ArrayList<>();
    for (int i = 0; i < ConnectionLimits.REFUSED; i++) {
      refused.add(open("10.0.0.1", "refused " + i));
    }
    refused.getFirst().busy();
    open("10.0.0.1", "one more");
    assertThat(closed).containsExactly("refused 1");
    for (int i = 0; i < ConnectionLimits.REFUSED; i++) {
      open("10.0.0.1", "busy " + i).busy();
    }
    assertThat(open("10.0.0.1", "too many").standing()).isEqualTo(Standing.ENDED);
    assertThat(connections.count()).isEqualTo(2);
  }

  @Test
  void aNetworkOfIpv6IsOneClient() throws Exception {
    open("2001:db8::1", "first").busy();
    open("2001:db8::2", "second").busy();
    assertThat(open("2001:db8::ffff:3", "third").standing()).isEqualTo(Standing.REFUSED);
    assertThat(open("2001:db8:0:1::1", "elsewhere").standing()).isEqualTo(Standing.ADMITTED);
  }
}
