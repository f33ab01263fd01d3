package refinery.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.util.ByteString;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import refinery.protocol.Json;

/** Makes JSON responses and problems. */
public final class Responses {
  static final ContentType PROBLEM =
      MediaTypes.customWithFixedCharset(
              "application", "problem+json", HttpCharsets.UTF_8, Map.of(), false)
          .toContentType();
  static final ContentType JSON_LD =
      MediaTypes.customWithFixedCharset(
              "application", "ld+json", HttpCharsets.UTF_8, Map.of(), false)
          .toContentType();

  private Responses() {}

  public static HttpResponse ok(Object body) {
    return json(200, body);
  }

  public static HttpResponse json(int status, Object body) {
    return respond(status, ContentTypes.APPLICATION_JSON, bytes(body));
  }

  public static HttpResponse respond(int status, ContentType type, ByteString body) {
    return HttpResponse.create().withStatus(status).withEntity(HttpEntities.create(type, body));
  }

  public static ByteString bytes(Object body) {
    try {
      return ByteString.fromArrayUnsafe(Json.MAPPER.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + body.getClass().getName(), e);
    }
  }

  public static HttpResponse problem(Problem problem) {
    HttpResponse response = problem(problem.status(), problem.getMessage(), problem);
    for (Map.Entry<String, String> header : problem.headers().entrySet()) {
      response = response.addHeader(RawHeader.create(header.getKey(), header.getValue()));
    }
    return response;
  }

  public static HttpResponse problem(int status, String detail) {
    return problem(Problem.of(status, detail));
  }

  private static HttpResponse problem(int status, String detail, Problem problem) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("type", "about:blank");
    body.put("title", StatusCodes.get(status).reason());
    body.put("status", status);
    body.put("detail", detail);
    if (!problem.wrongs().isEmpty()) {
      ArrayNode errors = body.putArray("errors");
      problem
          .wrongs()
          .forEach(
              wrong ->
                  errors
                      .addObject()
                      .put("pointer", wrong.pointer())
                      .put("message", wrong.message()));
    }
    return respond(status, PROBLEM, bytes(body));
  }
}
