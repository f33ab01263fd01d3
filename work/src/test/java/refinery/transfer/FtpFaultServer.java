package refinery.transfer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An FTP server on raw sockets that breaks its first retrievals of a file as it is told. */
final class FtpFaultServer implements AutoCloseable {
  private final ServerSocket control = loopback();
  private final Map<String, File> files = new ConcurrentHashMap<>();

  /**
   * A file, and how it is sent at first.
   *
   * @param sent bytes from the offset that is asked for, and then the end of the data
   * @param end the line after that; empty: the session ends
   * @param breaks how many retrievals end like this
   */
  record File(byte[] bytes, int sent, String end, AtomicInteger breaks) {
    static File good(byte[] bytes) {
      return new File(bytes, 0, "", new AtomicInteger());
    }

    static File broken(byte[] bytes, int sent, String end) {
      return new File(bytes, sent, end, new AtomicInteger(1));
    }
  }

  FtpFaultServer() throws IOException {
    Thread.ofVirtual().start(this::listen);
  }

  private static ServerSocket loopback() throws IOException {
    return new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  }

  String host() {
    return "127.0.0.1:" + control.getLocalPort();
  }

  void put(String path, File file) {
    files.put(path, file);
  }

  private void listen() {
    while (!control.isClosed()) {
      try {
        Socket socket = control.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket session) {
    try (session;
        ServerSocket data = loopback()) {
      converse(session, data);
    } catch (IOException gone) {
      // The client ends its sessions, and the test the server.
    }
  }

  private void converse(Socket session, ServerSocket data) throws IOException {
    BufferedReader commands =
        new BufferedReader(
            new InputStreamReader(session.getInputStream(), StandardCharsets.US_ASCII));
    OutputStream replies = session.getOutputStream();
    reply(replies, "220 ready");
    int offset = 0;
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", 2);
      int port = data.getLocalPort();
      switch (words[0]) {
        case "PASV" -> reply(replies, "227 at (127,0,0,1,%d,%d)".formatted(port >> 8, port & 0xff));
        case "SIZE" -> reply(replies, "213 " + files.get(words[1]).bytes().length);
        case "MDTM" -> reply(replies, "213 20260102030405");
        case "REST" -> {
          offset = Integer.parseInt(words[1]);
          reply(replies, "350 from there");
        }
        case "RETR" -> {
          if (!retrieve(files.get(words[1]), offset, replies, data)) {
            return;
          }
        }
        default -> reply(replies, "230 as you like");
      }
    }
  }

  private static boolean retrieve(File file, int offset, OutputStream replies, ServerSocket data)
      throws IOException {
    boolean breaks = file.breaks().getAndDecrement() > 0;
    int left = file.bytes().length - offset;
    reply(replies, "150 here it comes");
    try (Socket socket = data.accept()) {
      socket.getOutputStream().write(file.bytes(), offset, breaks ? file.sent() : left);
    }
    if (breaks && file.end().isEmpty()) {
      return false;
    }
    reply(replies, breaks ? file.end() : "226 done");
    return true;
  }

  private static void reply(OutputStream replies, String line) throws IOException {
    replies.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    replies.flush();
  }

  @Override
  public void close() {
    try {
      control.close();
    } catch (IOException unclosable) {
      throw new UncheckedIOException(unclosable);
    }
  }
}
