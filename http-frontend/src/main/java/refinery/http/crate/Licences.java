package refinery.http.crate;

import java.util.Map;

/** Under which terms archives give their data, as far as they say it for all of it. */
final class Licences {
  private record Terms(String url, String name) {}

  private static final Terms EBI =
      new Terms("https://www.ebi.ac.uk/about/terms-of-use/", "Terms of use of EMBL-EBI");
  private static final Terms NCBI =
      new Terms("https://www.ncbi.nlm.nih.gov/home/about/policies/", "Policies of NCBI");
  private static final Map<String, Terms> BY_SOURCE =
      Map.of(
          "ena", EBI, "ensembl", EBI, "biostudies", EBI, "ncbi", NCBI, "geo", NCBI, "refseq", NCBI);

  private Licences() {}

  /** The entity of the licence of what came from a source. */
  static Entity of(String source, Graph graph) {
    Terms terms = BY_SOURCE.get(source);
    if (terms == null) {
      return graph
          .entity("#license", "CreativeWork")
          .put("name", "Licence not stated")
          .put("description", "As granted by who gave the data; the source does not say how");
    }
    return graph
        .entity(terms.url(), "CreativeWork")
        .put("name", terms.name())
        .put("description", "The terms under which the archive gives the data");
  }
}
