package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import refinery.http.Described.Operation;
import refinery.http.Described.Parameter;

/**
 * Requests that the document allows, and such as differ from one at a place or two: parameters,
 * body, headers, method or path. The same seed gives the same requests.
 */
final class RandomRequests {
  private static final byte[] NONE = new byte[0];

  /**
   * @param operation what was to be asked for
   * @param asIs whether method and path are those of the operation
   * @param wrong whether the document does not allow it, so that it must be refused
   */
  record Attempt(Operation operation, RawClient.Sent sent, boolean asIs, boolean wrong) {}

  private final Random random;
  private final RandomJson values;
  private final Described described;
  private final List<Operation> operations;
  private final Map<String, List<String>> ids;
  private final String authority;
  private final String token;

  /**
   * @param ids what is there, by the segment before the id, as {@code jobs}
   */
  RandomRequests(
      long seed,
      Described described,
      Map<String, List<String>> ids,
      String authority,
      String token) {
    this.random = new Random(seed);
    this.values = new RandomJson(random, described);
    this.described = described;
    this.operations = described.operations();
    this.ids = ids;
    this.authority = authority;
    this.token = token;
  }

  /** The next request; the operations take turns. */
  Attempt next(int number) {
    Operation operation = operations.get(number % operations.size());
    Draft draft = valid(operation);
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> {}
      case 4, 5 -> oddParameter(operation, draft);
      case 6, 7, 8 -> oddBody(draft);
      case 9 -> oddHeader(draft);
      case 10 -> oddPath(draft);
      default -> oddMethod(draft);
    }
    return new Attempt(operation, draft.sent(), draft.asIs, draft.wrong);
  }

  private static final class Draft {
    private String method;
    private String path;
    private final List<String> query = new ArrayList<>();
    private final List<String> headers = new ArrayList<>();
    private byte[] body = NONE;
    private Optional<JsonNode> json = Optional.empty();
    private Optional<JsonNode> schema = Optional.empty();
    private boolean asIs = true;
    private boolean wrong;
    private boolean chunked;

    RawClient.Sent sent() {
      List<String> all = new ArrayList<>(headers);
      byte[] sent = body;
      if (chunked) {
        all.add("Transfer-Encoding: chunked");
        String text = new String(body, StandardCharsets.ISO_8859_1);
        sent =
            ((body.length == 0 ? "" : Integer.toHexString(body.length) + "\r\n" + text + "\r\n")
                    + "0\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
      } else if (body.length > 0 || !method.equals("GET")) {
        all.add("Content-Length: " + body.length);
      }
      String target = query.isEmpty() ? path : path + "?" + String.join("&", query);
      return new RawClient.Sent(method, target, all, sent);
    }
  }

  private Draft valid(Operation operation) {
    Draft draft = new Draft();
    draft.method = operation.method();
    draft.path = path(operation.template());
    for (Parameter parameter : operation.parameters("query")) {
      if ((parameter.required() || values.chance(0.15)) && !parameter.name().equals("cursor")) {
        String name = parameter.name().replace("*", values.one(List.of("release", "tissue", "k")));
        draft.query.add(name + "=" + encoded(values.fitting(parameter.schema()).asText()));
      }
    }
    draft.headers.add("Host: " + authority);
    draft.headers.add("Authorization: Bearer " + token);
    for (Parameter parameter : operation.parameters("header")) {
      if (parameter.required() || values.chance(0.3)) {
        String value = values.fitting(parameter.schema()).asText().replaceAll("[^ -~]", "");
        draft.headers.add(parameter.name() + ": " + value);
      }
    }
    JsonNode body = operation.node().path("requestBody");
    if (body.path("required").asBoolean() || (!body.isMissingNode() && values.chance(0.5))) {
      JsonNode media = body.at("/content/application~1json");
      draft.schema = Optional.of(media.path("schema"));
      List<JsonNode> examples = described.examples(media);
      draft.json =
          Optional.of(
              examples.isEmpty() || values.chance(0.6)
                  ? values.fitting(media.path("schema"))
                  : values.one(examples));
      draft.body = bytes(draft.json.get().toString());
      draft.headers.add("Content-Type: application/json");
    }
    return draft;
  }

  private String path(String template) {
    StringBuilder path = new StringBuilder();
    String before = "";
    for (String segment : template.substring(1).split("/")) {
      boolean variable = segment.startsWith("{");
      String value =
          !variable
              ? segment
              : values.chance(0.85) && ids.containsKey(before)
                  ? values.one(ids.get(before))
                  : encoded(values.one(RandomJson.ODD).replaceAll("^$", "none"));
      path.append('/').append(value);
      before = segment;
    }
    return path.toString();
  }

  private void oddParameter(Operation operation, Draft draft) {
    List<Parameter> known = operation.parameters("query");
    switch (random.nextInt(5)) {
      case 0 -> {
        draft.query.add("no_such_parameter=1");
        draft.wrong = known.stream().noneMatch(each -> each.name().equals("*"));
      }
      case 1 -> {
        draft.query.add("limit=0");
        draft.wrong = true;
      }
      case 2 -> draft.query.add(values.one(List.of("%", "%zz=1", "&&&", "=", "limit", "a=%ff%fe")));
      case 3 -> draft.query.add("cursor=" + encoded(values.one(RandomJson.ODD)));
      default -> {
        if (!known.isEmpty()) {
          Parameter parameter = values.one(known);
          String value = values.one(RandomJson.ODD);
          draft.query.removeIf(each -> each.startsWith(parameter.name() + "="));
          draft.query.add(encoded(parameter.name()) + "=" + encoded(value));
        }
      }
    }
  }

  private void oddBody(Draft draft) {
    if (draft.json.isEmpty()) {
      draft.body = bytes(values.odd(0).toString());
      draft.headers.add("Content-Type: application/json");
      return;
    }
    JsonNode json = draft.json.get();
    switch (random.nextInt(9)) {
      case 0 -> spoil(draft, "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000));
      case 1 -> spoil(draft, "[".repeat(50_000));
      case 2 -> spoil(draft, json.toString().substring(1));
      case 3 -> spoil(draft, json + " " + json);
      case 4 -> {
        draft.body = new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'};
        draft.wrong = true;
      }
      case 5 -> {
        draft.headers.removeIf(each -> each.startsWith("Content-Type"));
        draft.headers.add(
            "Content-Type: "
                + values.one(
                    List.of("text/plain", "multipart/form-data; boundary=x", "image/png")));
        draft.wrong = true;
      }
      case 6 -> draft.chunked = true;
      default -> {
        JsonNode spoiled = values.spoiled(json);
        draft.body = bytes(spoiled.toString());
        draft.wrong =
            !described.violations(draft.schema.orElseThrow(), withoutNulls(spoiled)).isEmpty();
      }
    }
  }

  /** What is sent as null counts as left out. */
  private static JsonNode withoutNulls(JsonNode value) {
    if (!(value instanceof ObjectNode object)) {
      return value;
    }
    ObjectNode left = object.objectNode();
    object.properties().stream()
        .filter(field -> !field.getValue().isNull())
        .forEach(field -> left.set(field.getKey(), withoutNulls(field.getValue())));
    return left;
  }

  private static void spoil(Draft draft, String text) {
    draft.body = bytes(text);
    draft.wrong = true;
  }

  private void oddHeader(Draft draft) {
    switch (random.nextInt(6)) {
      case 0 -> {
        draft.headers.set(0, "Host: " + values.one(List.of("evil.example", "", "a b", "[::1")));
        draft.asIs = false;
      }
      case 1 -> draft.headers.add("Accept: " + values.one(List.of("image/png", "*", "a;q=2", ",")));
      case 2 -> draft.headers.add("X-Long: " + "x".repeat(20_000));
      case 3 -> {
        draft.headers.add("Origin: " + values.one(List.of("https://evil.example", "null", "::")));
        draft.asIs = false;
      }
      case 4 -> draft.headers.set(1, "Authorization: " + values.one(List.of("Bearer", "Basic !")));
      default -> {
        List<String> names =
            List.of("Range", "If-Range", "If-None-Match", "Last-Event-ID", "Idempotency-Key");
        draft.headers.add(
            values.one(names)
                + ": "
                + values.one(
                    List.of(
                        "",
                        "bytes=5-2",
                        "bytes=99999999999999999999-",
                        "-1",
                        "*",
                        "bytes=-0",
                        "x".repeat(300),
                        "bytes=0-0,1-1",
                        "ÿ")));
      }
    }
  }

  private void oddPath(Draft draft) {
    draft.asIs = false;
    draft.path =
        switch (random.nextInt(7)) {
          case 0 -> draft.path + "/";
          case 1 -> draft.path.replace("/api/v1/", "/api//v1/");
          case 2 -> draft.path + "%";
          case 3 -> draft.path + "/%2e%2e/%2e%2e/etc/passwd";
          case 4 -> draft.path + "x".repeat(9_000);
          case 5 -> draft.path.replace("/api/", "/a%70i/");
          default -> draft.path + ";a=1#x";
        };
  }

  private void oddMethod(Draft draft) {
    draft.asIs = false;
    draft.method =
        values.one(
            List.of(
                "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "GET", "POST", "get", "X"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
