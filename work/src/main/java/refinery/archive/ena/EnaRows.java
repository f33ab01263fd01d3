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
import refinery.archive.AnswerText;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.protocol.Json;

/**
 * Reads the portal's table row by row: JSON (a list of flat objects) or, if the portal sends that,
 * TSV with a header. Every value becomes text, a missing one {@code ""}; columns that are not in
 * {@link EnaPortal#WANTED} are dropped. Memory does not depend on the number of rows.
 */
final class EnaRows {
  static final String RUN_ACCESSION = "run_accession";

  private final AnswerText text;
  private final ArchivesConfig.Limits limits;
  private final RowTaker taker;
  private int rows;

  private EnaRows(AnswerText text, ArchivesConfig.Limits limits, RowTaker taker) {
    this.text = text;
    this.limits = limits;
    this.taker = taker;
  }

  /** Takes one row; stops the reading by returning false. */
  @FunctionalInterface
  interface RowTaker {
    boolean take(Map<String, String> row) throws AnswerTooLarge, InterruptedException;
  }

  /**
   * @return the number of rows read; 0 for an empty body, {@code []}, or only a header
   * @throws MalformedAnswer when the body is cut off, a web page, or an error sent with status 200
   * @throws AnswerTooLarge when a row, or the table, is larger than the limits allow
   */
  static int read(Reader body, ArchivesConfig.Limits limits, RowTaker taker)
      throws IOException, MalformedAnswer, InterruptedException {
    EnaRows table = new EnaRows(AnswerText.of(body, limits), limits, taker);
    BufferedReader reader = table.text.reader();
    switch (firstCharacter(reader)) {
      case -1 -> {
        return 0;
      }
      case '[' -> table.json(reader);
      case '{' -> throw new MalformedAnswer("an error instead of a list of runs: " + start(reader));
      case '<' -> throw new MalformedAnswer("a web page instead of a list of runs");
      default -> table.tsv();
    }
    return table.rows;
  }

  /** Counts a row and hands it on; false means to stop reading. */
  private boolean take(Map<String, String> row) throws AnswerTooLarge, InterruptedException {
    limits.rows().check("the list of runs", ++rows);
    text.nextRecord();
    return taker.take(row);
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

  private void json(BufferedReader reader)
      throws IOException, MalformedAnswer, InterruptedException {
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(reader)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        if (!take(row(parser))) {
          return;
        }
      }
      if (parser.currentToken() != JsonToken.END_ARRAY || parser.nextToken() != null) {
        throw new MalformedAnswer("something other than a list of runs after row " + rows);
      }
    } catch (JsonProcessingException e) {
      throw new MalformedAnswer(
          "the list of runs is cut or broken after row " + rows + ": " + e.getOriginalMessage());
    }
  }

  private Map<String, String> row(JsonParser parser) throws IOException, MalformedAnswer {
    Map<String, String> row = new LinkedHashMap<>();
    int columns = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      limits.columns().check("a run", ++columns);
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == null || !value.isScalarValue()) {
        throw new MalformedAnswer("the field " + name + " of a run is not a plain value");
      }
      if (EnaPortal.WANTED.contains(name)) {
        row.put(name, value == JsonToken.VALUE_NULL ? "" : parser.getText());
      }
    }
    return row;
  }

  private void tsv() throws IOException, MalformedAnswer, InterruptedException {
    String header = text.line();
    limits.columns().check("the list of runs", header.chars().filter(c -> c == '\t').count() + 1);
    List<String> names = List.of(header.split("\t", -1));
    if (!names.contains(RUN_ACCESSION)) {
      throw new MalformedAnswer(
          "text instead of a list of runs: "
              + header.substring(0, Math.min(160, header.length())).strip());
    }
    for (String line = text.line(); line != null; line = text.line()) {
      if (line.isBlank()) {
        continue;
      }
      String[] values = line.split("\t", names.size() + 1);
      if (values.length > names.size()) {
        throw new MalformedAnswer("row " + (rows + 1) + " has more values than the header");
      }
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        if (EnaPortal.WANTED.contains(names.get(i))) {
          row.put(names.get(i), i < values.length ? values[i] : "");
        }
      }
      if (!take(row)) {
        return;
      }
    }
  }
}
