package refinery.dataset.format;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Measure;
import refinery.dataset.store.Shape;

/**
 * A row a sample and feature, in the order of the store, with a column a measure. A feature that is
 * absent in a sample has no row there. A row group is a group of the store, in memory one at a
 * time. Written here rather than by Parquet's own writer, which takes a row at a time and one
 * thread: fifty times slower.
 */
final class LongParquet {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  private final DatasetStore store;
  private final Crew crew;
  private final OutputStream out;
  private final List<RowGroup> groups = new ArrayList<>();
  private long position;

  private LongParquet(DatasetStore store, Crew crew, OutputStream out) {
    this.store = store;
    this.crew = crew;
    this.out = out;
  }

  static void write(DatasetStore store, Path file, Crew crew) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LongParquet parquet = new LongParquet(store, crew, out);
      parquet.write(MAGIC);
      for (int group = 0; group < store.groupCount(); group++) {
        parquet.group(group);
      }
      parquet.end();
    }
  }

  private void group(int number) throws IOException {
    List<Measure> measures = store.shape().measures();
    List<double[][]> values = new ArrayList<>();
    crew.<double[][]>inOrder(
        measures.size(), i -> () -> store.columns(measures.get(i), number), values::add);
    List<boolean[]> present = new ArrayList<>();
    int[] rows = new int[values.getFirst().length];
    int all = 0;
    for (int sample = 0; sample < rows.length; sample++) {
      boolean[] has = present(values, sample);
      for (boolean one : has) {
        rows[sample] += one ? 1 : 0;
      }
      all += rows[sample];
      present.add(has);
    }
    int first = store.firstSample(number);
    List<String> accessions = store.accessions().subList(first, first + rows.length);
    if (all > 0) {
      chunks(measures, values, present, accessions, rows, all);
    }
  }

  private static boolean[] present(List<double[][]> values, int sample) {
    boolean[] has = new boolean[values.getFirst()[sample].length];
    for (double[][] measure : values) {
      for (int feature = 0; feature < has.length; feature++) {
        has[feature] |= !Double.isNaN(measure[sample][feature]);
      }
    }
    return has;
  }

  private void chunks(
      List<Measure> measures,
      List<double[][]> values,
      List<boolean[]> present,
      List<String> accessions,
      int[] rows,
      int all)
      throws IOException {
    Shape shape = store.shape();
    List<Callable<ParquetChunk>> columns = new ArrayList<>();
    columns.add(() -> ParquetChunk.samples(accessions, rows));
    columns.add(() -> ParquetChunk.features(shape.level().column(), shape.features(), present));
    for (int i = 0; i < measures.size(); i++) {
      String label = measures.get(i).label();
      double[][] samples = values.get(i);
      columns.add(() -> ParquetChunk.values(label, samples, present));
    }
    List<ColumnChunk> described = new ArrayList<>();
    long[] unpacked = {0};
    crew.<ParquetChunk>inOrder(
        columns.size(),
        columns::get,
        chunk -> {
          described.add(chunk.described(position));
          unpacked[0] += chunk.unpacked();
          position += chunk.length();
          chunk.writeTo(out);
        });
    groups.add(new RowGroup(described, unpacked[0], all));
  }

  private void end() throws IOException {
    Shape shape = store.shape();
    List<SchemaElement> schema = new ArrayList<>();
    schema.add(new SchemaElement("dataset").setNum_children(2 + shape.measures().size()));
    schema.add(text("sample"));
    schema.add(text(shape.level().column()));
    for (Measure measure : shape.measures()) {
      schema.add(
          new SchemaElement(measure.label())
              .setType(Type.DOUBLE)
              .setRepetition_type(FieldRepetitionType.OPTIONAL));
    }
    long rows = groups.stream().mapToLong(RowGroup::getNum_rows).sum();
    FileMetaData footer = new FileMetaData(1, schema, rows, groups);
    footer.setCreated_by("refinery version 1");
    List<ColumnOrder> orders = new ArrayList<>();
    for (int column = 1; column < schema.size(); column++) {
      orders.add(ColumnOrder.TYPE_ORDER(new TypeDefinedOrder()));
    }
    footer.setColumn_orders(orders);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Util.writeFileMetaData(footer, bytes);
    write(bytes.toByteArray());
    write(
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(bytes.size())
            .array());
    write(MAGIC);
  }

  private static SchemaElement text(String name) {
    return new SchemaElement(name)
        .setType(Type.BYTE_ARRAY)
        .setRepetition_type(FieldRepetitionType.REQUIRED)
        .setConverted_type(ConvertedType.UTF8)
        .setLogicalType(LogicalType.STRING(new StringType()));
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
  }
}
