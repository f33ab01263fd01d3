package refinery.journal;

import akka.serialization.SerializerWithStringManifest;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.NotSerializableException;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.job.JobEvent;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.survey.SurveyEvent;

/**
 * Writes and reads events as the journal stores them: JSON with a {@code type}, under one of four
 * manifests that must never change. The read row that is persisted beside an event is not part of
 * it. Thread-safe.
 */
public final class EventSerializer extends SerializerWithStringManifest {
  /** Stored with every event, so it must never change. */
  public static final int IDENTIFIER = 812_001;

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object recorded) {
    return switch (event(recorded)) {
      case JobEvent event -> "job";
      case BatchEvent event -> "batch";
      case SurveyEvent event -> "survey";
      case ScheduleEvent event -> "schedule";
      case Object other ->
          throw new IllegalArgumentException("not an event of ours: " + other.getClass().getName());
    };
  }

  private static Object event(Object recorded) {
    if (recorded instanceof Recorded<?> known) {
      return known.event();
    }
    throw new IllegalArgumentException("not Recorded: " + recorded.getClass().getName());
  }

  @Override
  public byte[] toBinary(Object recorded) {
    Object event = event(recorded);
    try {
      return Json.MAPPER.writerFor(type(manifest(recorded))).writeValueAsBytes(event);
    } catch (JsonProcessingException | NotSerializableException e) {
      throw new IllegalArgumentException("cannot write " + event.getClass().getName(), e);
    }
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    try {
      return Recorded.replayed(Json.MAPPER.readValue(bytes, type(manifest)));
    } catch (NotSerializableException e) {
      throw e;
    } catch (IOException e) {
      throw (NotSerializableException)
          new NotSerializableException("cannot read a stored " + manifest + " event").initCause(e);
    }
  }

  /** Reads a stored event without an actor system. */
  static Object read(String manifest, byte[] bytes) throws IOException {
    return Json.MAPPER.readValue(bytes, type(manifest));
  }

  private static Class<?> type(String manifest) throws NotSerializableException {
    return switch (manifest) {
      case "job" -> JobEvent.class;
      case "batch" -> BatchEvent.class;
      case "survey" -> SurveyEvent.class;
      case "schedule" -> ScheduleEvent.class;
      default -> throw new NotSerializableException("unknown manifest of an event: " + manifest);
    };
  }
}
