package refinery.dataset.store;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sample of a dataset and how it was quantified. What is not known is empty.
 *
 * @param accession heads its column; one of a kind in a dataset
 * @param indexDigest of the index it was quantified with
 * @param annotation the release of the annotation
 * @param attributes any other metadata, kept in the order of their names
 */
public record SampleEntry(
    String accession,
    String organism,
    String indexDigest,
    String tool,
    String toolVersion,
    String annotation,
    Map<String, String> attributes) {
  public SampleEntry {
    if (accession.isEmpty()) {
      throw new IllegalArgumentException("a sample needs an accession");
    }
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }
}
