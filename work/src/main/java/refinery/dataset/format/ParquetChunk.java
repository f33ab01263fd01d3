package refinery.dataset.format;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/** One column of a row group: pages of a sample each, packed with zstd. */
final class ParquetChunk {
  private static final int LEVEL = 1;

  private final String name;
  private final Type type;
  private final List<byte[]> parts = new ArrayList<>();
  private final Statistics statistics = new Statistics();
  private int dictionary;
  private int length;
  private long unpacked;
  private long values;

  private ParquetChunk(String name, Type type) {
    this.name = name;
    this.type = type;
  }

  /** Which sample each row is of; {@code rows} says how many rows each has. */
  static ParquetChunk samples(List<String> accessions, int[] rows) throws IOException {
    ParquetChunk chunk = new ParquetChunk("sample", Type.BYTE_ARRAY);
    chunk.dictionary(accessions);
    int width = RunLengths.width(accessions.size());
    for (int sample = 0; sample < rows.length; sample++) {
      ByteArrayOutputStream page = new ByteArrayOutputStream();
      page.write(width);
      RunLengths.run(rows[sample], sample, width, page);
      chunk.page(page.toByteArray(), rows[sample], Encoding.RLE_DICTIONARY);
    }
    List<byte[]> sorted = new ArrayList<>();
    accessions.forEach(accession -> sorted.add(accession.getBytes(StandardCharsets.UTF_8)));
    sorted.sort(Arrays::compareUnsigned);
    chunk.statistics.setMin_value(sorted.getFirst()).setMax_value(sorted.getLast());
    chunk.statistics.setNull_count(0);
    return chunk;
  }

  /** Which feature each row is of: those that a sample has, in the order of the store. */
  static ParquetChunk features(String column, List<String> features, List<boolean[]> present)
      throws IOException {
    ParquetChunk chunk = new ParquetChunk(column, Type.BYTE_ARRAY);
    chunk.dictionary(features);
    int width = RunLengths.width(features.size());
    int[] numbers = new int[features.size()];
    for (boolean[] has : present) {
      int rows = 0;
      for (int feature = 0; feature < has.length; feature++) {
        if (has[feature]) {
          numbers[rows++] = feature;
        }
      }
      ByteArrayOutputStream page = new ByteArrayOutputStream(2 * rows + 16);
      page.write(width);
      RunLengths.packed(numbers, rows, width, page);
      chunk.page(page.toByteArray(), rows, Encoding.RLE_DICTIONARY);
    }
    chunk.statistics.setNull_count(0);
    return chunk;
  }

  /** The values of the features that a sample has. Those it lacks in this measure are null. */
  static ParquetChunk values(String column, double[][] samples, List<boolean[]> present)
      throws IOException {
    ParquetChunk chunk = new ParquetChunk(column, Type.DOUBLE);
    long nulls = 0;
    for (int sample = 0; sample < samples.length; sample++) {
      boolean[] has = present.get(sample);
      int[] levels = new int[has.length];
      ByteBuffer values =
          ByteBuffer.allocate(has.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      int rows = 0;
      for (int feature = 0; feature < has.length; feature++) {
        if (has[feature]) {
          double value = samples[sample][feature];
          levels[rows++] = Double.isNaN(value) ? 0 : 1;
          if (!Double.isNaN(value)) {
            values.putDouble(value);
          }
        }
      }
      int known = values.position() / Double.BYTES;
      nulls += rows - known;
      chunk.page(page(levels, rows, known, values.flip()), rows, Encoding.PLAIN);
    }
    chunk.statistics.setNull_count(nulls);
    return chunk;
  }

  private static byte[] page(int[] levels, int rows, int known, ByteBuffer values) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    if (known == rows) {
      RunLengths.run(rows, 1, 1, packed);
    } else {
      RunLengths.packed(levels, rows, 1, packed);
    }
    return ByteBuffer.allocate(Integer.BYTES + packed.size() + values.remaining())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(packed.size())
        .put(packed.toByteArray())
        .put(values)
        .array();
  }

  private void dictionary(List<String> words) throws IOException {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      page.writeBytes(
          ByteBuffer.allocate(Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(bytes.length)
              .array());
      page.writeBytes(bytes);
    }
    byte[] packed = Zstd.compress(page.toByteArray(), LEVEL);
    PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, page.size(), packed.length);
    header.setDictionary_page_header(new DictionaryPageHeader(words.size(), Encoding.PLAIN));
    write(header, packed);
    dictionary = length;
  }

  private void page(byte[] bytes, int rows, Encoding encoding) throws IOException {
    if (rows == 0) {
      return;
    }
    byte[] packed = Zstd.compress(bytes, LEVEL);
    PageHeader header = new PageHeader(PageType.DATA_PAGE, bytes.length, packed.length);
    header.setData_page_header(new DataPageHeader(rows, encoding, Encoding.RLE, Encoding.RLE));
    write(header, packed);
    values += rows;
  }

  private void write(PageHeader header, byte[] packed) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    Util.writePageHeader(header, head);
    unpacked += head.size() + header.getUncompressed_page_size();
    parts.add(head.toByteArray());
    parts.add(packed);
    length = Math.addExact(length, head.size() + packed.length);
  }

  void writeTo(OutputStream out) throws IOException {
    for (byte[] part : parts) {
      out.write(part);
    }
  }

  int length() {
    return length;
  }

  long unpacked() {
    return unpacked;
  }

  /** What the footer says of it when it begins at this place of the file. */
  ColumnChunk described(long offset) {
    List<Encoding> encodings =
        dictionary == 0
            ? List.of(Encoding.PLAIN, Encoding.RLE)
            : List.of(Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY);
    ColumnMetaData data =
        new ColumnMetaData(
            type,
            encodings,
            List.of(name),
            CompressionCodec.ZSTD,
            values,
            unpacked,
            length,
            offset + dictionary);
    if (dictionary > 0) {
      data.setDictionary_page_offset(offset);
    }
    data.setStatistics(statistics);
    ColumnChunk chunk = new ColumnChunk(offset);
    chunk.setMeta_data(data);
    return chunk;
  }
}
