package refinery.chaos.check;

import java.util.Map;

/**
 * A survey that was acknowledged.
 *
 * @param results the digest of {@code result.txt} for every run that it must find
 */
public record AskedSurvey(String id, Map<String, String> results) {
  public AskedSurvey {
    results = Map.copyOf(results);
  }
}
