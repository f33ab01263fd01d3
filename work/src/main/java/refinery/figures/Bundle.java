package refinery.figures;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A zip or tar with a matrix and its tables. */
interface Bundle extends Closeable {
  int MOST_MEMBERS = 10_000;

  List<String> names();

  /** The bytes of a member, as they are stored in the archive. */
  InputStream open(String name) throws IOException;

  static Bundle zip(Path file) throws IOException, UnusableMatrix {
    ZipFile zip = new ZipFile(file.toFile());
    if (zip.size() > MOST_MEMBERS) {
      zip.close();
      throw tooMany();
    }
    List<String> names =
        zip.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
    return new Bundle() {
      @Override
      public List<String> names() {
        return names;
      }

      @Override
      public InputStream open(String name) throws IOException {
        return zip.getInputStream(zip.getEntry(name));
      }

      @Override
      public void close() throws IOException {
        zip.close();
      }
    };
  }

  /**
   * @param tar the tar, not compressed any more
   */
  static Bundle tar(Content tar) throws IOException, UnusableMatrix {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(tar.open())) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.isFile()) {
          names.add(entry.getName());
        }
        if (names.size() > MOST_MEMBERS) {
          throw tooMany();
        }
      }
    }
    return new Bundle() {
      @Override
      public List<String> names() {
        return names;
      }

      @Override
      public InputStream open(String name) throws IOException {
        TarArchiveInputStream in = new TarArchiveInputStream(tar.open());
        TarArchiveEntry entry = in.getNextEntry();
        while (entry != null && !(entry.isFile() && entry.getName().equals(name))) {
          entry = in.getNextEntry();
        }
        if (entry == null) {
          in.close();
          throw new NoSuchFileException(name);
        }
        return in;
      }

      @Override
      public void close() {}
    };
  }

  private static UnusableMatrix tooMany() {
    return UnusableMatrix.refused("the archive holds more than " + MOST_MEMBERS + " files");
  }
}
