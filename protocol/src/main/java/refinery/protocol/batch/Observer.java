package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;

/** Whoever a batch tells about its state, repeatedly until it is acknowledged. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Observer.OfSurvey.class, name = "survey"),
  @JsonSubTypes.Type(value = Observer.OfBatch.class, name = "batch")
})
public sealed interface Observer {

  /** A survey that found the batch. */
  record OfSurvey(SurveyId survey) implements Observer {}

  /** A batch that used one of its outputs. */
  record OfBatch(BatchId batch) implements Observer {}
}
