package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import refinery.figures.Limits;
import refinery.figures.Matrix;
import refinery.figures.MatrixFiles;
import refinery.figures.MitochondrialGenes;
import refinery.figures.Settings;
import refinery.figures.SummaryFigures;
import refinery.figures.UnusableMatrix;
import refinery.memory.HeapRoom;
import refinery.protocol.batch.RawFile;

/**
 * The step {@code summary-stats}: writes the figures of the input {@code matrix}, whose genes and
 * cells the inputs {@code features} and {@code barcodes} may name, to the directory {@code dir}.
 * With {@code organism}, {@code min-gene-count}, {@code min-mean}, {@code max-mean} and {@code
 * min-dispersion}.
 */
final class SummaryStats implements Builtin {
  /** Heap that one matrix may need: the largest that is taken. */
  private static final long HEAP = 256L << 20;

  private static final int TOP = 20;

  /** Read when they are first needed; the node has checked them at its start. */
  private static final class Rules {
    static final MitochondrialGenes GENES = MitochondrialGenes.load();
  }

  @Override
  public String rulesDigest(String named) {
    return Rules.GENES.digest();
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure, InterruptedException {
    try (HeapRoom.Share room = HeapRoom.SHARED.take(HEAP, () -> Streams.heed(context.attempt()))) {
      figures(context);
    } catch (UnusableMatrix unusable) {
      String message = LastWords.clean(unusable.getMessage());
      throw unusable.isDamaged() ? StepFailure.corrupt(message) : StepFailure.permanent(message);
    } catch (IOException e) {
      if (Streams.isDamage(e)) {
        throw StepFailure.corrupt("the matrix is damaged: " + LastWords.clean(e.getMessage()));
      }
      throw e;
    } catch (LinkageError | InternalError noFonts) {
      throw StepFailure.permanent(
          "figures cannot be drawn on this node, which needs fontconfig and a font: " + noFonts);
    }
  }

  private static void figures(StepContext context) throws IOException, StepFailure, UnusableMatrix {
    MatrixFiles files = new MatrixFiles(Limits.USUAL, () -> Streams.heed(context.attempt()));
    Path dir = context.path("dir");
    java.nio.file.Files.createDirectories(dir);
    Path input =
        file(context, "matrix")
            .orElseThrow(() -> StepFailure.permanent("there is no input matrix"));
    try (Matrix matrix = files.open(input, file(context, "features"), file(context, "barcodes"))) {
      SummaryFigures figures =
          SummaryFigures.of(matrix, settings(context), Rules.GENES, context.text("organism"));
      figures.write(name -> context.room().create(dir.resolve(name)));
      context.learned("cells", figures.cells());
      context.learned("kept_cells", figures.keptCells());
      context.learned("highly_variable_genes", figures.variableGenes());
      context.checked(figures.words());
    }
  }

  private static Optional<Path> file(StepContext context, String role) throws StepFailure {
    Optional<RawFile> input = context.input(role);
    return input.isEmpty()
        ? Optional.empty()
        : Optional.of(context.inside(InputNames.path(input.get())));
  }

  private static Settings settings(StepContext context) throws StepFailure {
    return new Settings(
        (int) number(context, "min-gene-count"),
        TOP,
        number(context, "min-mean"),
        number(context, "max-mean"),
        number(context, "min-dispersion"));
  }

  private static double number(StepContext context, String key) throws StepFailure {
    try {
      return Double.parseDouble(context.text(key));
    } catch (NumberFormatException wrong) {
      throw StepFailure.permanent("the step's with." + key + " is no number");
    }
  }
}
