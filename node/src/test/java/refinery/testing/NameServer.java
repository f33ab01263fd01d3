package refinery.testing;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A DNS server that answers every A question with the same addresses and all others with none: RFC
 * 1035, section 4.
 */
public final class NameServer implements AutoCloseable {
  private static final int A = 1;
  private static final int HEADER = 12;
  private static final short POINTER_TO_QUESTION = (short) 0xC00C;

  private final DatagramSocket socket;
  private final List<InetAddress> addresses;

  private NameServer(DatagramSocket socket, List<InetAddress> addresses) {
    this.socket = socket;
    this.addresses = addresses;
  }

  public static NameServer start(List<InetAddress> addresses) throws IOException {
    NameServer server =
        new NameServer(new DatagramSocket(0, InetAddress.getLoopbackAddress()), addresses);
    Thread.ofPlatform().daemon().name("name-server").start(server::serve);
    return server;
  }

  public int port() {
    return socket.getLocalPort();
  }

  private void serve() {
    byte[] bytes = new byte[512];
    while (!socket.isClosed()) {
      try {
        DatagramPacket question = new DatagramPacket(bytes, bytes.length);
        socket.receive(question);
        ByteBuffer answer = answer(ByteBuffer.wrap(bytes, 0, question.getLength()));
        socket.send(
            new DatagramPacket(answer.array(), answer.position(), question.getSocketAddress()));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private ByteBuffer answer(ByteBuffer question) {
    int end = HEADER;
    while (question.get(end) != 0) {
      end += 1 + question.get(end);
    }
    int type = question.getShort(end + 1);
    List<InetAddress> found = type == A ? addresses : List.of();
    ByteBuffer answer = ByteBuffer.allocate(512);
    answer.putShort(question.getShort(0)).putShort((short) 0x8180);
    answer.putShort((short) 1).putShort((short) found.size()).putInt(0);
    answer.put(question.array(), HEADER, end + 5 - HEADER);
    for (InetAddress address : found) {
      answer.putShort(POINTER_TO_QUESTION).putShort((short) A).putShort((short) 1).putInt(60);
      answer.putShort((short) 4).put(address.getAddress());
    }
    return answer;
  }

  @Override
  public void close() {
    socket.close();
  }
}
