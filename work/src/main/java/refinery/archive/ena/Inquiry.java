package refinery.archive.ena;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One question to the portal about runs. */
sealed interface Inquiry {
  int CHUNK = 100;

  /** The part of the address that asks it, encoded. */
  String path();

  /** What is asked for, in words. */
  String subject();

  /** All runs of an accession of any kind. */
  record OfAccession(String accession) implements Inquiry {
    @Override
    public String path() {
      return "filereport?accession=" + encoded(accession);
    }

    @Override
    public String subject() {
      return accession;
    }
  }

  /**
   * The runs of several accessions of one kind, in one request.
   *
   * @param kind {@code run} or {@code experiment}
   */
  record OfSeveral(String kind, List<String> accessions) implements Inquiry {
    public OfSeveral {
      accessions = List.copyOf(accessions);
    }

    /** As many accessions a request as an address can hold that every server takes. */
    static List<Inquiry> all(String kind, List<String> accessions) {
      List<Inquiry> inquiries = new ArrayList<>();
      for (int from = 0; from < accessions.size(); from += CHUNK) {
        int to = Math.min(accessions.size(), from + CHUNK);
        inquiries.add(new OfSeveral(kind, accessions.subList(from, to)));
      }
      return inquiries;
    }

    @Override
    public String path() {
      return "search?includeAccessionType="
          + kind
          + "&includeAccessions="
          + encoded(String.join(",", accessions))
          + "&limit=0";
    }

    @Override
    public String subject() {
      return "%,d accessions, %s to %s"
          .formatted(accessions.size(), accessions.getFirst(), accessions.getLast());
    }
  }

  /** All runs that meet a query in the portal's grammar. */
  record OfQuery(String query) implements Inquiry {
    @Override
    public String path() {
      return "search?query=" + encoded(query) + "&limit=0";
    }

    @Override
    public String subject() {
      return query;
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
