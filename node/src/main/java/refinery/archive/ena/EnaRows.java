package refinery.archive.ena;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import refinery.archive.MalformedAnswer;
import refinery.protocol.Json;

/**
 * Reads the portal's table row by row, as JSON (a list of flat objects) or, where it answers so, as
 * TSV with a header. Every value is text, a missing one is {@code ""}. Memory does not depend on
 * the number of rows. Pure but for the reader it is given.
 */
final class EnaRows {
  static final String RUN_ACCESSION = "run_accession";

  private EnaRows() {}

  /** Takes one row; stops the reading by returning false. */
  @FunctionalInterface
  interface RowTaker {
    boolean take(Map<String, String> row) throws InterruptedException;
  }

  /**
   * @return the number of rows read; 0 for an empty body, {@code []} and a header alone
   * @throws MalformedAnswer when the body is cut, HTML, or an error dressed as success
   */
  static int read(Reader body, RowTaker taker)
      throws IOException, MalformedAnswer, InterruptedException {
    BufferedReader reader = body instanceof BufferedReader buffered ? buffered : buffer(body);
    return switch (firstCharacter(reader)) {
      case -1 -> 0;
      case '[' -> json(reader, taker);
      case '{' -> throw new MalformedAnswer("an error instead of a list of runs: " + start(reader));
      case '<' -> throw new MalformedAnswer("a web page instead of a list of runs");
      default -> tsv(reader, taker);
    };
  }

  private static BufferedReader buffer(Reader reader) {
    return new BufferedReader(reader, 1 << 16);
  }

  /** Skips white space (and a byte order mark) up to the first character, which stays unread. */
  private static int firstCharacter(BufferedReader reader) throws IOException {
    while (true) {
      reader.mark(1);
      int next = reader.read();
      if (next < 0) {
        return next;
      }
      if (!Character.isWhitespace(next) && next != '\uFEFF') {
        reader.reset();
        return next;
      }
    }
  }

  private static String start(BufferedReader reader) throws IOException {
    char[] characters = new char[160];
    int count = Math.max(0, reader.read(characters));
    return new String(characters, 0, count).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
  }

  private static int json(BufferedReader reader, RowTaker taker)
      throws IOException, MalformedAnswer, InterruptedException {
    int rows = 0;
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(reader)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        rows++;
        if (!taker.take(row(parser))) {
          return rows;
        }
      }
      if (parser.currentToken() != JsonToken.END_ARRAY || parser.nextToken() != null) {
        throw new MalformedAnswer("something other than a list of runs after row " + rows);
      }
      return rows;
    } catch (JsonProcessingException e) {
      throw new MalformedAnswer(
          "the list of runs is cut or broken after row " + rows + ": " + e.getOriginalMessage());
    }
  }

  private static Map<String, String> row(JsonParser parser) throws IOException, MalformedAnswer {
    Map<String, String> row = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == null || !value.isScalarValue()) {
        throw new MalformedAnswer("the field " + name + " of a run is not a plain value");
      }
      row.put(name, value == JsonToken.VALUE_NULL ? "" : parser.getText());
    }
    return row;
  }

  private static int tsv(BufferedReader reader, RowTaker taker)
      throws IOException, MalformedAnswer, InterruptedException {
    String header = reader.readLine();
    List<String> names = List.of(header.split("\t", -1));
    if (!names.contains(RUN_ACCESSION)) {
      throw new MalformedAnswer(
          "text instead of a list of runs: "
              + header.substring(0, Math.min(160, header.length())).strip());
    }
    int rows = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.isBlank()) {
        continue;
      }
      String[] values = line.split("\t", -1);
      if (values.length > names.size()) {
        throw new MalformedAnswer("row " + (rows + 1) + " has more values than the header");
      }
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        row.put(names.get(i), i < values.length ? values[i] : "");
      }
      rows++;
      if (!taker.take(row)) {
        return rows;
      }
    }
    return rows;
  }
}
