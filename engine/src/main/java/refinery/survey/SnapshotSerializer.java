package refinery.survey;

import akka.serialization.SerializerWithStringManifest;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import refinery.protocol.Json;

/**
 * Writes and reads a survey's state for its snapshot: JSON in gzip, under a manifest with a
 * version. A snapshot whose fields are not exactly those of the present records is refused, and the
 * survey is recovered from its events instead. So the version has to be raised only when a field
 * changes its meaning but not its name. Thread-safe.
 */
public final class SnapshotSerializer extends SerializerWithStringManifest {
  private static final int IDENTIFIER = 812_002;
  private static final String MANIFEST = "survey-1";
  private static final int BUFFER = 1 << 16;

  private static final ObjectMapper MAPPER =
      Json.MAPPER
          .copy()
          .registerModule(PersistentCollections.module())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
  private static final ObjectWriter WRITER = MAPPER.writerFor(SurveyLogic.Slot.class);
  private static final ObjectReader READER = MAPPER.readerFor(SurveyLogic.Slot.class);

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object state) {
    return MANIFEST;
  }

  @Override
  public byte[] toBinary(Object state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream packed = new QuickGzip(bytes)) {
      WRITER.writeValue(packed, state);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot write the state of a survey", e);
    }
    return bytes.toByteArray();
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    if (!manifest.equals(MANIFEST)) {
      throw new NotSerializableException("a snapshot of another kind: " + manifest);
    }
    try (InputStream json = new GZIPInputStream(new ByteArrayInputStream(bytes), BUFFER)) {
      return READER.readValue(json);
    } catch (IOException e) {
      throw (NotSerializableException)
          new NotSerializableException("cannot read the snapshot of a survey").initCause(e);
    }
  }

  /** Gzip at its fastest level, which packs the ids of batches well enough. */
  private static final class QuickGzip extends GZIPOutputStream {
    QuickGzip(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
