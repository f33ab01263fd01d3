package refinery.localarchive;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import refinery.protocol.Json;

/** A response before a fault changes it. */
record Reply(int status, String type, List<Header> headers, Content content) {
  static final String JSON = "application/json";
  static final String TEXT = "text/plain;charset=UTF-8";
  static final String XML = "text/xml; charset=UTF-8";

  Reply {
    headers = List.copyOf(headers);
  }

  record Header(String name, String value) {}

  /** The body: bytes in memory, or a piece of a file. */
  sealed interface Content {
    long length();

    InputStream open() throws IOException;

    record Bytes(byte[] bytes) implements Content {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    }

    record Slice(Path file, long offset, long length) implements Content {
      @Override
      public InputStream open() throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(file);
        channel.position(offset);
        return Channels.newInputStream(channel);
      }
    }
  }

  static Reply of(int status, String type, String text) {
    return of(status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  static Reply of(int status, String type, byte[] bytes) {
    return new Reply(status, type, List.of(), new Content.Bytes(bytes));
  }

  static Reply json(int status, Object value) {
    try {
      return of(status, JSON, Json.MAPPER.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + value.getClass(), e);
    }
  }

  static Reply noContent() {
    return of(204, TEXT, "");
  }

  Reply with(String name, String value) {
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new Reply(status, type, more, content);
  }
}
