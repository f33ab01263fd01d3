package refinery.http;

import java.util.Locale;
import java.util.Optional;

/** The entity types as the management routes name them. */
public enum EntityType {
  SURVEY,
  BATCH,
  JOB;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<EntityType> of(String word) {
    for (EntityType type : values()) {
      if (type.word().equals(word)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
