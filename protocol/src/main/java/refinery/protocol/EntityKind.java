package refinery.protocol;

import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every kind of entity. A batch stands after the jobs that it submits, a survey after the batches
 * that it claims, a schedule after the surveys that it posts. Sharding regions, read rows, the
 * foreman's looks and the inspection routes are made from this list by switches without a default,
 * so a new kind does not compile until each of them handles it. Messages of entities are serialised
 * because they are {@link Wire}.
 */
public enum EntityKind {
  JOB(Entities.JOB),
  BATCH(Entities.BATCH),
  SURVEY(Entities.SURVEY),
  SCHEDULE(Entities.SCHEDULE);

  private final EntityTypeKey<?> key;

  EntityKind(EntityTypeKey<?> key) {
    this.key = key;
  }

  /** The key by which sharding addresses its entities. */
  public EntityTypeKey<?> key() {
    return key;
  }

  /** The name of its sharding region; persistence ids are this name, a bar, and the entity's id. */
  public String typeName() {
    return key.name();
  }

  /** Its name in the paths of HTTP routes. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<EntityKind> ofWord(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }
}
