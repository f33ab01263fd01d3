package refinery.dataset.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Strings and samples' descriptions in a store. */
final class Texts {
  private Texts() {}

  static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new DamagedStore("a text of %d bytes is longer than what holds it".formatted(length));
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  static void writeAll(DataOutputStream out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      write(out, text);
    }
  }

  static List<String> readAll(DataInputStream in) throws IOException {
    int number = in.readInt();
    if (number < 0 || number > in.available()) {
      throw new DamagedStore("%d texts are more than what holds them".formatted(number));
    }
    List<String> texts = new ArrayList<>(number);
    for (int i = 0; i < number; i++) {
      texts.add(read(in));
    }
    return texts;
  }

  static byte[] packed(List<SampleEntry> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (SampleEntry entry : entries) {
      for (String text :
          List.of(
              entry.accession(),
              entry.organism(),
              entry.indexDigest(),
              entry.tool(),
              entry.toolVersion(),
              entry.annotation())) {
        write(out, text);
      }
      writeAll(out, List.copyOf(entry.attributes().keySet()));
      writeAll(out, List.copyOf(entry.attributes().values()));
    }
    return Packing.pack(bytes.toByteArray());
  }

  static List<SampleEntry> entries(byte[] packed, int number) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(Packing.unpack(packed)));
    List<SampleEntry> entries = new ArrayList<>(number);
    for (int i = 0; i < number; i++) {
      String[] fields = new String[6];
      for (int field = 0; field < fields.length; field++) {
        fields[field] = read(in);
      }
      List<String> names = readAll(in);
      List<String> values = readAll(in);
      Map<String, String> attributes = new TreeMap<>();
      for (int name = 0; name < Math.min(names.size(), values.size()); name++) {
        attributes.put(names.get(name), values.get(name));
      }
      entries.add(
          new SampleEntry(
              fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], attributes));
    }
    return entries;
  }
}
