package refinery.archive;

import java.text.Normalizer;
import java.util.Locale;

/** Makes the names of organisms that the API and the choice of an index use. */
public final class Slug {
  private static final int LONGEST = 120;
  private static final int LONGEST_KEY = 64;

  private Slug() {}

  /**
   * {@code Homo sapiens} to {@code homo_sapiens}. All words are kept, since a strain or subspecies
   * may have a genome of its own: {@code Escherichia coli str. K-12} is {@code
   * escherichia_coli_str_k_12}, {@code Canis lupus familiaris} is {@code canis_lupus_familiaris},
   * as Ensembl names them. Accents are dropped; everything outside {@code [a-z0-9]} becomes one
   * {@code _}; empty when nothing remains.
   */
  public static String organism(String scientificName) {
    String plain = Normalizer.normalize(scientificName, Normalizer.Form.NFD);
    String slug =
        plain
            .replaceAll("\\p{M}+", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "_")
            .replaceAll("^_|_$", "");
    return slug.length() <= LONGEST ? slug : slug.substring(0, LONGEST).replaceAll("_$", "");
  }

  /**
   * The key of an attribute whose name an archive's users choose: {@code Developmental stage} is
   * {@code developmental_stage}. Empty when no letter or digit is in it.
   */
  public static String attribute(String name) {
    String key =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_").replaceAll("^_|_$", "");
    return key.length() <= LONGEST_KEY ? key : key.substring(0, LONGEST_KEY).replaceAll("_$", "");
  }

  /**
   * Untrusted text made fit for metadata: without control characters (PostgreSQL refuses NUL) and
   * at most 2,000 characters long.
   */
  public static String metadata(String text) {
    String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return clean.length() <= 2000 ? clean : clean.substring(0, 2000);
  }
}
