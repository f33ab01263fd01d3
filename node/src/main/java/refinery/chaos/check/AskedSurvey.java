package refinery.chaos.check;

import java.util.Map;

/**
 * A survey that was acknowledged.
 *
 * @param results of every run that it must find, the digest of {@code result.txt}
 */
public record AskedSurvey(String id, Map<String, String> results) {
  public AskedSurvey {
    results = Map.copyOf(results);
  }
}
