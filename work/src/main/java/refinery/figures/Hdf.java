package refinery.figures;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Opens matrices in HDF5: 10x (versions 2 and 3) and h5ad. Datasets are read in slices. */
final class Hdf {
  private static final String VALUES = "data";

  private final HdfFile file;
  private final Limits limits;
  private final Watch watch;

  private Hdf(HdfFile file, Limits limits, Watch watch) {
    this.file = file;
    this.limits = limits;
    this.watch = watch;
  }

  static Matrix open(Path path, Limits limits, Watch watch) throws IOException, UnusableMatrix {
    HdfFile file = null;
    boolean opened = false;
    try {
      file = new HdfFile(path);
      Matrix matrix = new Hdf(file, limits, watch).matrix();
      opened = true;
      return matrix;
    } catch (RuntimeException broken) {
      throw unreadable(broken);
    } finally {
      if (!opened && file != null) {
        file.close();
      }
    }
  }

  /**
   * What the library throws for a file that it cannot read, cut off or of a kind it does not know.
   */
  static UnusableMatrix unreadable(RuntimeException broken) {
    return UnusableMatrix.damaged(
        "the HDF5 file is damaged, or stored in a way that is not read here: " + broken);
  }

  /** A part of a dataset, with the library's exceptions turned into words. */
  static Object data(Dataset dataset, long[] from, int[] count) throws UnusableMatrix {
    try {
      return dataset.getData(from, count);
    } catch (RuntimeException broken) {
      throw unreadable(broken);
    }
  }

  private Matrix matrix() throws IOException, UnusableMatrix {
    if (child(file, "X").isPresent() || child(file, "raw").isPresent()) {
      return annotated();
    }
    if (child(file, "matrix").isPresent()) {
      return tenx(group(file, "matrix"), 3);
    }
    List<Node> genomes =
        file.getChildren().values().stream()
            .filter(node -> node instanceof Group group && child(group, VALUES).isPresent())
            .toList();
    if (genomes.size() == 1 && genomes.getFirst() instanceof Group only) {
      return tenx(only, 2);
    }
    throw UnusableMatrix.refused(
        genomes.isEmpty()
            ? "the HDF5 file is neither 10x's nor h5ad: it has no matrix, no X and no raw"
            : "the HDF5 file holds matrices of %d genomes; one is needed"
                .formatted(genomes.size()));
  }

  private Matrix tenx(Group group, int version) throws IOException, UnusableMatrix {
    long[] shape = Slices.integers(dataset(group, "shape"), 2, limits);
    limits.check("the matrix", shape[0], shape[1]);
    Features features;
    if (version == 3) {
      Group table = group(group, "features");
      Names ids = names(dataset(table, "id"), "genes", shape[0]);
      features =
          new Features(
              ids, names(dataset(table, "name"), "genes", shape[0]), others(table, (int) shape[0]));
    } else {
      features =
          new Features(
              names(dataset(group, "genes"), "genes", shape[0]),
              names(dataset(group, "gene_names"), "genes", shape[0]),
              new BitSet());
    }
    Names cells = names(dataset(group, "barcodes"), "cells", shape[1]);
    return new SparseMatrix(
        file, "10x HDF5, version " + version, features, cells, parts(group), true, watch);
  }

  private BitSet others(Group table, int size) throws IOException, UnusableMatrix {
    BitSet other = new BitSet();
    Optional<Node> types = child(table, "feature_type");
    if (types.isPresent() && types.get() instanceof Dataset dataset) {
      Names names = names(dataset, "genes", size);
      for (int index = 0; index < size; index++) {
        other.set(index, !Features.isGene(names.get(index)));
      }
    }
    return Features.other(other, size);
  }

  /** h5ad. What was kept as raw is taken, since X is often scaled or filtered. */
  private Matrix annotated() throws IOException, UnusableMatrix {
    boolean raw = child(file, "raw").filter(Group.class::isInstance).isPresent();
    Group holder = raw ? group(file, "raw") : file;
    Node x =
        child(holder, "X").orElseThrow(() -> UnusableMatrix.refused("the file's raw has no X"));
    Names cells = index(file, "obs", "cells");
    Group var = group(holder, "var");
    Names symbols = index(holder, "var", "genes");
    Optional<Node> ids = child(var, "gene_ids");
    Names named =
        ids.isPresent() && ids.get() instanceof Dataset dataset
            ? names(dataset, "genes", symbols.size())
            : symbols;
    limits.check("the matrix", symbols.size(), cells.size());
    Features features = new Features(named, symbols, new BitSet());
    String layout = "h5ad, " + (raw ? "raw/X" : "X");
    if (x instanceof Dataset dense) {
      return new DenseMatrix(file, layout + ", dense", features, cells, dense, limits, watch);
    }
    if (!(x instanceof Group sparse)) {
      throw UnusableMatrix.refused("the file's X is no matrix");
    }
    String encoding = encoding(sparse);
    if (!encoding.startsWith("csr") && !encoding.startsWith("csc")) {
      throw UnusableMatrix.refused(
          "X is stored as '" + encoding + "'; csr, csc and dense are taken");
    }
    return new SparseMatrix(
        file,
        layout + ", " + encoding.substring(0, 3),
        features,
        cells,
        parts(sparse),
        encoding.startsWith("csr"),
        watch);
  }

  private static String encoding(Group group) {
    for (String name : List.of("encoding-type", "h5sparse_format")) {
      if (group.getAttributes().containsKey(name)) {
        return String.valueOf(group.getAttribute(name).getData());
      }
    }
    return "unknown";
  }

  private Names index(Group holder, String table, String what) throws IOException, UnusableMatrix {
    Node node = child(holder, table).orElseThrow(() -> missing(holder, table));
    if (!(node instanceof Group group)) {
      throw UnusableMatrix.refused(
          "'%s' is a table of an old version of anndata; write the file again with 0.7 or later"
              .formatted(table));
    }
    String name =
        group.getAttributes().containsKey("_index")
            ? String.valueOf(group.getAttribute("_index").getData())
            : "_index";
    Dataset dataset = dataset(group, name);
    return names(dataset, what, dataset.getSize());
  }

  private SparseMatrix.Parts parts(Group group) throws UnusableMatrix {
    return new SparseMatrix.Parts(
        slices(group, "indptr"), slices(group, "indices"), slices(group, VALUES));
  }

  private Slices slices(Group group, String name) throws UnusableMatrix {
    return new Slices(dataset(group, name), limits);
  }

  private Names names(Dataset dataset, String what, long size) throws IOException, UnusableMatrix {
    if (dataset.getDimensions().length != 1 || dataset.getSize() != size) {
      throw UnusableMatrix.damaged(
          "%s has %d names for %d %s".formatted(dataset.getPath(), dataset.getSize(), size, what));
    }
    if (size > (what.equals("genes") ? limits.genes() : limits.cells())) {
      throw UnusableMatrix.refused("there are %d %s, which are too many".formatted(size, what));
    }
    return new Slices(dataset, limits).names(what, limits, watch);
  }

  private static Optional<Node> child(Group group, String name) {
    return Optional.ofNullable(group.getChildren().get(name));
  }

  private static Group group(Group parent, String name) throws UnusableMatrix {
    if (child(parent, name).orElse(null) instanceof Group group) {
      return group;
    }
    throw missing(parent, name);
  }

  private static Dataset dataset(Group parent, String name) throws UnusableMatrix {
    if (child(parent, name).orElse(null) instanceof Dataset dataset) {
      return dataset;
    }
    throw missing(parent, name);
  }

  private static UnusableMatrix missing(Group parent, String name) {
    return UnusableMatrix.refused("the HDF5 file has no " + parent.getPath() + name);
  }
}
