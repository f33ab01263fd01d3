package refinery.http.metadata;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The columns of attributes that were found among a survey's batches, sorted by name. There are at
 * most {@code MOST}, since archives' users choose their names; what has no column of its own is
 * then one JSON object in the column {@link #OTHERS}. Immutable.
 *
 * @param others true if the table has that column
 */
record AttributeColumns(List<String> names, boolean others) {
  static final String OTHERS = "other_attributes";
  static final int MOST = 1_000;

  AttributeColumns {
    names = List.copyOf(names);
  }

  /** These and those, of which the first by name are kept. */
  AttributeColumns and(Collection<String> more) {
    SortedSet<String> all = new TreeSet<>(names);
    all.addAll(more);
    return new AttributeColumns(all.stream().limit(MOST).toList(), others || all.size() > MOST);
  }
}
