package refinery.http.metadata;

import akka.NotUsed;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyState;

/**
 * Streams the table of a survey's batches, newest first. Batches are read page by page, the next
 * when the reader has taken the last, and no more than one page is in memory. A form with columns
 * of attributes needs all names for its first line, so it reads the pages twice. Thread-safe.
 */
public final class MetadataExport {
  private final ReadModel readModel;
  private final Catalog catalog;
  private final Executor executor;
  private final int batchesOfAPage;

  /**
   * @param executor where lines are made
   */
  public MetadataExport(
      ReadModel readModel, Catalog catalog, Executor executor, int batchesOfAPage) {
    this.readModel = readModel;
    this.catalog = catalog;
    this.executor = executor;
    this.batchesOfAPage = batchesOfAPage;
  }

  /** Where the next page begins. */
  private record Place(Optional<String> cursor, boolean ended) {}

  /** The table in UTF-8, in pieces of whole lines. */
  public Source<ByteString, NotUsed> table(SurveyView survey, MetadataFormat format) {
    MetadataTable table = format.table(catalog);
    return columns(survey, table)
        .flatMapConcat(
            columns ->
                Source.single(ByteString.fromString(header(table, columns)))
                    .concat(
                        pages(survey.id())
                            .mapAsync(
                                1,
                                page ->
                                    CompletableFuture.supplyAsync(
                                        () -> lines(table, columns, page), executor))));
  }

  /** A survey that still finds batches may find names that are not in the first line. */
  private Source<AttributeColumns, NotUsed> columns(SurveyView survey, MetadataTable table) {
    boolean finds = table.hasAttributes() && survey.state() == SurveyState.RUNNING;
    AttributeColumns none = new AttributeColumns(List.of(), finds);
    return table.hasAttributes()
        ? pages(survey.id()).map(page -> names(table, page)).fold(none, AttributeColumns::and)
        : Source.single(none);
  }

  private static List<String> names(MetadataTable table, List<BatchView> page) {
    return page.stream()
        .flatMap(batch -> table.attributes(batch).keySet().stream())
        .distinct()
        .toList();
  }

  private Source<List<BatchView>, NotUsed> pages(SurveyId survey) {
    return Source.unfoldAsync(
        new Place(Optional.empty(), false),
        place ->
            place.ended()
                ? CompletableFuture.completedFuture(Optional.empty())
                : page(survey, place));
  }

  private CompletionStage<Optional<Pair<Place, List<BatchView>>>> page(
      SurveyId survey, Place place) {
    return readModel
        .batches(new Filter(Map.of("survey_id", survey.value()), batchesOfAPage, place.cursor()))
        .thenApply(
            (Page<BatchView> page) ->
                Optional.of(
                    Pair.create(new Place(page.next(), page.next().isEmpty()), page.items())));
  }

  private static String header(MetadataTable table, AttributeColumns attributes) {
    List<String> columns = new ArrayList<>(table.columns());
    columns.addAll(attributes.names());
    if (attributes.others()) {
      columns.add(AttributeColumns.OTHERS);
    }
    return Cells.line(columns, table::escaped);
  }

  private ByteString lines(MetadataTable table, AttributeColumns columns, List<BatchView> batches) {
    StringBuilder lines = new StringBuilder();
    for (BatchView batch : batches) {
      List<String> cells =
          new ArrayList<>(table.cells(batch, catalog.harmonise(batch.keyValues())));
      Map<String, String> attributes = new LinkedHashMap<>(table.attributes(batch));
      columns
          .names()
          .forEach(name -> cells.add(Optional.ofNullable(attributes.remove(name)).orElse("")));
      if (columns.others()) {
        cells.add(others(attributes));
      }
      lines.append(Cells.line(cells, table::escaped));
    }
    return ByteString.fromString(lines.toString());
  }

  private static String others(Map<String, String> attributes) {
    ObjectNode others = Json.MAPPER.createObjectNode();
    attributes.forEach(others::put);
    return others.isEmpty() ? "" : others.toString();
  }
}
