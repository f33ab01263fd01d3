package refinery.datasets;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.manifests.ManifestReader;
import refinery.manifests.Manifests;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.Datasets.Lines;
import refinery.protocol.dataset.Datasets.Planned;
import refinery.protocol.dataset.PlanLine;
import refinery.protocol.query.ReadModel.InvalidCursor;

/**
 * Stored plans: a line for the dataset, those of dropped samples, and those of the samples that go
 * in, in the order of their batches. Blocking; thread-safe.
 */
final class PlanStore {
  private final Manifests manifests;

  PlanStore(Manifests manifests) {
    this.manifests = manifests;
  }

  Manifest put(DatasetPlan plan, List<PlanLine.Taken> taken, List<PlanLine.Dropped> dropped)
      throws IOException {
    Path draft = manifests.draft();
    try {
      int members = 0;
      try (BufferedWriter out = Files.newBufferedWriter(draft)) {
        line(out, new PlanLine.Head(plan));
        for (PlanLine.Dropped each : dropped) {
          line(out, each);
        }
        for (PlanLine.Taken each :
            taken.stream().sorted(Comparator.comparing(PlanLine.Taken::batch)).toList()) {
          line(out, each);
          members += each.kept() ? 0 : 1;
        }
      }
      long length = Files.size(draft);
      return new Manifest(manifests.put(draft), members, 0, length);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static void line(BufferedWriter out, PlanLine line) throws IOException {
    out.write(line.text());
    out.write('\n');
  }

  Planned.Plan read(String plan) throws IOException {
    SeekableByteChannel channel = manifests.open(plan);
    long length = channel.size();
    try (ManifestReader reader = new ManifestReader(channel, 0)) {
      String line = reader.next().orElseThrow(() -> new IOException("the plan is empty"));
      if (!(PlanLine.of(line) instanceof PlanLine.Head head)) {
        throw new IOException(plan + " is no plan of a dataset");
      }
      DatasetPlan.Samples samples = head.plan().samples();
      return new Planned.Plan(
          head.plan(), new Manifest(plan, samples.taken() - samples.ofBase(), 0, length));
    }
  }

  /**
   * A page of samples; the plan's first line is not one.
   *
   * @throws InvalidCursor when no line begins at {@code from}
   */
  Lines lines(String plan, long from, int limit) throws IOException {
    try (SeekableByteChannel stored = manifests.open(plan);
        ManifestReader reader = new ManifestReader(stored, lineBefore(from, stored.size()))) {
      // What is left of the line before it is nothing.
      if (from > 0 && !reader.next().equals(Optional.of(""))) {
        throw notACursor(from);
      }
      List<PlanLine> lines = new ArrayList<>();
      while (lines.size() < limit) {
        Optional<String> line = reader.next();
        if (line.isEmpty()) {
          return new Lines(lines, OptionalLong.empty());
        }
        PlanLine read = PlanLine.of(line.get());
        if (!(read instanceof PlanLine.Head)) {
          lines.add(read);
        }
      }
      long place = reader.place();
      return new Lines(
          lines, reader.next().isPresent() ? OptionalLong.of(place) : OptionalLong.empty());
    }
  }

  /** The last byte of the line before the one that begins there. */
  private static long lineBefore(long from, long size) {
    if (from < 0 || from > size) {
      throw notACursor(from);
    }
    return Math.max(0, from - 1);
  }

  private static InvalidCursor notACursor(long from) {
    return new InvalidCursor(Long.toString(from, 36));
  }

  List<PlanLine.Taken> taken(String plan) throws IOException {
    List<PlanLine.Taken> taken = new ArrayList<>();
    try (ManifestReader reader = new ManifestReader(manifests.open(plan), 0)) {
      for (Optional<String> line = reader.next(); line.isPresent(); line = reader.next()) {
        if (PlanLine.of(line.get()) instanceof PlanLine.Taken each) {
          taken.add(each);
        }
      }
    }
    return taken;
  }
}
