package refinery.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;

/** A list of the API. Pages are asked for as they are needed; each iteration asks anew. */
public final class Pages<T> implements Iterable<T> {
  private static final int LARGEST_PAGE = 1_000;

  private final Function<String, JsonNode> get;
  private final String path;
  private final Map<String, String> filters;
  private final long limit;
  private final Function<JsonNode, T> read;

  /**
   * @param get answers a GET of this path
   * @param filters query parameters of the list
   * @param limit the most items to ask for
   */
  public Pages(
      Function<String, JsonNode> get,
      String path,
      Map<String, String> filters,
      long limit,
      Function<JsonNode, T> read) {
    this.get = get;
    this.path = path;
    this.filters = Map.copyOf(filters);
    this.limit = limit;
    this.read = read;
  }

  @Override
  public Iterator<T> iterator() {
    return new Items();
  }

  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private final class Items implements Iterator<T> {
    private final Queue<JsonNode> page = new ArrayDeque<>();
    private Optional<String> cursor = Optional.empty();
    private long asked;
    private boolean last;

    @Override
    public boolean hasNext() {
      while (page.isEmpty() && !last && asked < limit) {
        fetch();
      }
      return !page.isEmpty();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return read.apply(page.remove());
    }

    private void fetch() {
      StringBuilder target = new StringBuilder(path + "?limit=");
      target.append(Math.min(LARGEST_PAGE, limit - asked));
      filters.forEach((name, value) -> target.append("&" + name + "=" + encoded(value)));
      cursor.ifPresent(value -> target.append("&cursor=" + encoded(value)));
      JsonNode found = get.apply(target.toString());
      found.path("items").forEach(page::add);
      asked += page.size();
      cursor = Optional.ofNullable(found.path("next").textValue());
      last = cursor.isEmpty();
    }
  }
}
