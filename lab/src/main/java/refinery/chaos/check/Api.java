package refinery.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What a person sees of the cluster. Calls block until some node answers. */
public interface Api {
  /**
   * @param path below {@code /api/v1}
   */
  JsonNode get(String path);

  /** All items of a list, over all its pages. */
  List<JsonNode> list(String path);
}
