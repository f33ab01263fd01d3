package refinery.http.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do; each scope includes those before it. */
public enum Scope {
  /** Nothing but what is open to all: signing in, and the dashboard's files. */
  NONE,
  READ,
  /** Everything that changes surveys, batches, jobs, schedules, datasets and nodes. */
  OPERATE,
  /** Also what others did. */
  ADMIN;

  /** The scopes that a token can have. */
  public static final List<Scope> GIVEN = List.of(READ, OPERATE, ADMIN);

  public boolean covers(Scope needed) {
    return compareTo(needed) >= 0;
  }

  /** As configuration and JSON name it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The scope that a token can have, by its name. */
  public static Optional<Scope> given(String word) {
    return Arrays.stream(values())
        .filter(scope -> scope != NONE && scope.word().equals(word))
        .findFirst();
  }
}
