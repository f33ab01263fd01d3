package refinery.dataset.format;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Measure;
import refinery.dataset.store.SampleEntry;

/**
 * The zip that users of refine.bio know: a folder a matrix with its table and its samples'
 * metadata, and beside them {@code aggregated_metadata.json}, a README and who was left out.
 * Matrices are added one after the other and streamed. There is no {@code created_at}: the same
 * dataset gives the same bytes.
 */
public final class RefinebioZip implements Closeable {
  private static final String ALL = "ALL";
  private static final JsonFactory JSON = new JsonFactory();

  private final ZipArchiveOutputStream zip;
  private final Crew crew;
  private final Choice choice;
  private final Path table;
  private final Path samples;
  private final JsonGenerator description;
  private final Map<String, List<String>> studies = new TreeMap<>();
  private final Set<String> keys = new HashSet<>();
  private int number;

  /**
   * How the matrices were made.
   *
   * @param aggregateBy {@code EXPERIMENT}, {@code SPECIES} or {@code ALL}
   * @param scaleBy {@code NONE}, {@code MINMAX}, {@code STANDARD} or {@code ROBUST}
   */
  public record Choice(String aggregateBy, String scaleBy, boolean quantileNormalized) {
    boolean bySpecies() {
      return aggregateBy.equals("SPECIES");
    }
  }

  /** Writes into a folder, in which it needs room for one more table. */
  public RefinebioZip(Path file, Choice choice, int threads) throws IOException {
    this.choice = choice;
    this.table = file.resolveSibling(file.getFileName() + ".table");
    this.samples = file.resolveSibling(file.getFileName() + ".samples");
    this.description = JSON.createGenerator(Files.newOutputStream(samples), JsonEncoding.UTF8);
    this.zip = new ZipArchiveOutputStream(file);
    this.crew = new Crew(threads);
    zip.setUseZip64(Zip64Mode.AsNeeded);
    zip.setLevel(Deflater.DEFAULT_COMPRESSION);
    description.writeStartObject();
    description.writeObjectFieldStart("samples");
  }

  /**
   * Adds a matrix.
   *
   * @param name of the study or the organism; empty for the only matrix
   */
  public void add(String name, DatasetStore store, Measure measure) throws IOException {
    String key = key(name);
    values(key + '/' + key + ".tsv", store, measure);
    Map<String, Function<SampleEntry, String>> columns = RefinebioMetadata.columns(store);
    text(key + "/metadata_" + key + ".tsv", out -> metadata(out, store, columns));
    if (choice.bySpecies()) {
      json(
          key + "/metadata_" + key + ".json",
          json -> {
            json.writeStartArray();
            each(store, sample -> object(json, sample, columns));
            json.writeEndArray();
          });
    }
    each(store, sample -> describe(sample, columns));
  }

  private String key(String name) {
    String key = name.isEmpty() ? ALL : name.replaceAll("[^A-Za-z0-9_-]+", "_");
    String shown = choice.bySpecies() ? key.toUpperCase(Locale.ROOT) : key;
    String free = shown;
    for (int i = 2; !keys.add(free); i++) {
      free = shown + "_" + i;
    }
    return free;
  }

  private void values(String name, DatasetStore store, Measure measure) throws IOException {
    try (DeflatedFile packed = new DeflatedFile(table)) {
      TableFile.write(store, measure, "Gene", crew, packed::add);
      ZipArchiveEntry entry = entry(name);
      entry.setMethod(ZipArchiveEntry.DEFLATED);
      packed.finish();
      entry.setSize(packed.length());
      entry.setCompressedSize(Files.size(table));
      entry.setCrc(Integer.toUnsignedLong(packed.checksum()));
      try (InputStream bytes = Files.newInputStream(table)) {
        zip.addRawArchiveEntry(entry, bytes);
      }
    }
  }

  private static void metadata(
      BufferedWriter out, DatasetStore store, Map<String, Function<SampleEntry, String>> columns)
      throws IOException {
    SampleTables.line(out, List.copyOf(columns.keySet()));
    each(
        store,
        sample -> {
          List<String> cells = new ArrayList<>();
          columns.values().forEach(column -> cells.add(column.apply(sample)));
          SampleTables.line(out, cells);
        });
  }

  private void describe(SampleEntry sample, Map<String, Function<SampleEntry, String>> columns)
      throws IOException {
    number++;
    studies
        .computeIfAbsent(RefinebioMetadata.study(sample), study -> new ArrayList<>())
        .add(sample.accession());
    description.writeFieldName(sample.accession());
    object(description, sample, columns);
  }

  private static void object(
      JsonGenerator json, SampleEntry sample, Map<String, Function<SampleEntry, String>> columns)
      throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, Function<SampleEntry, String>> column : columns.entrySet()) {
      String value = column.getValue().apply(sample);
      if (!value.isEmpty()) {
        json.writeStringField(column.getKey(), value);
      }
    }
    json.writeEndObject();
  }

  /** Writes the rest. Without it the file is no zip. */
  public void finish(List<SampleTables.Dropped> dropped) throws IOException {
    describeAll();
    try (InputStream bytes = Files.newInputStream(samples)) {
      put("aggregated_metadata.json", bytes::transferTo);
    }
    if (!dropped.isEmpty()) {
      text("filtered_samples_metadata.tsv", out -> filtered(out, dropped));
      json(
          "filtered_samples_metadata.json",
          json -> {
            json.writeStartArray();
            for (SampleTables.Dropped sample : dropped) {
              json.writeStartObject();
              json.writeStringField("refinebio_accession_code", sample.sample());
              json.writeStringField("reason", sample.reason());
              json.writeEndObject();
            }
            json.writeEndArray();
          });
    }
    for (String name : List.of("README.md", "LICENSE.TXT")) {
      try (InputStream bytes = RefinebioZip.class.getResourceAsStream("refinebio-" + name)) {
        put(name, bytes::transferTo);
      }
    }
    zip.finish();
  }

  private void describeAll() throws IOException {
    description.writeEndObject();
    description.writeObjectFieldStart("experiments");
    for (Map.Entry<String, List<String>> study : studies.entrySet()) {
      description.writeObjectFieldStart(study.getKey());
      description.writeStringField("accession_code", study.getKey());
      description.writeArrayFieldStart("sample_accession_codes");
      for (String sample : study.getValue()) {
        description.writeString(sample);
      }
      description.writeEndArray();
      description.writeEndObject();
    }
    description.writeEndObject();
    description.writeNumberField("num_experiments", studies.size());
    description.writeNumberField("num_samples", number);
    description.writeStringField("aggregate_by", choice.aggregateBy());
    description.writeStringField("scale_by", choice.scaleBy());
    description.writeBooleanField("quantile_normalized", choice.quantileNormalized());
    description.writeBooleanField("quant_sf_only", false);
    description.writeNullField("ks_statistic");
    description.writeNullField("ks_pvalue");
    description.writeNullField("ks_warning");
    description.writeEndObject();
    description.close();
  }

  private static void filtered(BufferedWriter out, List<SampleTables.Dropped> dropped)
      throws IOException {
    SampleTables.line(out, List.of("refinebio_accession_code", "reason"));
    for (SampleTables.Dropped sample : dropped) {
      SampleTables.line(out, List.of(sample.sample(), sample.reason()));
    }
  }

  private interface Content<T> {
    void write(T out) throws IOException;
  }

  private static void each(DatasetStore store, Content<SampleEntry> action) throws IOException {
    for (int group = 0; group < store.groupCount(); group++) {
      for (SampleEntry sample : store.entries(group)) {
        action.write(sample);
      }
    }
  }

  private void text(String name, Content<BufferedWriter> content) throws IOException {
    put(
        name,
        out -> {
          BufferedWriter writer =
              new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          content.write(writer);
          writer.flush();
        });
  }

  private void json(String name, Content<JsonGenerator> content) throws IOException {
    put(
        name,
        out -> {
          JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8);
          json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
          content.write(json);
          json.close();
        });
  }

  private void put(String name, Content<OutputStream> content) throws IOException {
    zip.putArchiveEntry(entry(name));
    OutputStream buffered = new BufferedOutputStream(zip);
    content.write(buffered);
    buffered.flush();
    zip.closeArchiveEntry();
  }

  /** Of the first moment that a zip can tell, in every time zone. */
  private static ZipArchiveEntry entry(String name) {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setTime(0);
    return entry;
  }

  @Override
  public void close() throws IOException {
    crew.close();
    try {
      zip.close();
    } finally {
      description.close();
      Files.deleteIfExists(table);
      Files.deleteIfExists(samples);
    }
  }
}
