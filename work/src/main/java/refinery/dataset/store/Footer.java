package refinery.dataset.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is known of a whole store; the last thing in its file. */
record Footer(Shape shape, List<String> accessions, List<GroupPlace> groups) {
  Footer {
    accessions = List.copyOf(accessions);
    groups = List.copyOf(groups);
  }

  byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    Texts.write(out, shape.level().name());
    Texts.writeAll(out, shape.measures().stream().map(Measure::name).toList());
    Texts.writeAll(out, shape.features());
    Texts.writeAll(out, accessions);
    out.writeInt(groups.size());
    for (GroupPlace group : groups) {
      group.write(out);
    }
    return Packing.pack(bytes.toByteArray());
  }

  static Footer of(byte[] packed) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(Packing.unpack(packed)));
    try {
      Level level = Level.valueOf(Texts.read(in));
      List<Measure> measures = Texts.readAll(in).stream().map(Measure::valueOf).toList();
      Shape shape = new Shape(level, measures, Texts.readAll(in));
      List<String> accessions = Texts.readAll(in);
      GroupPlace[] groups = new GroupPlace[in.readInt()];
      for (int i = 0; i < groups.length; i++) {
        groups[i] = GroupPlace.read(in, measures.size());
      }
      return new Footer(shape, new ArrayList<>(accessions), Arrays.asList(groups));
    } catch (IllegalArgumentException e) {
      throw new DamagedStore("the footer cannot be read: " + e.getMessage());
    }
  }
}
