package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import refinery.compendium.Compendium;
import refinery.compendium.CompendiumRecipe;
import refinery.compendium.CompendiumRecipe.Quantiles;
import refinery.compendium.GeneRule;
import refinery.compendium.Imputation;
import refinery.recipe.CompendiumFiles;

/**
 * The step {@code compendium}: makes a compendium by the recipe {@code compendium-1} of the stores
 * of datasets in the table {@code list}, with {@code organism}, {@code genes}, {@code impute} and
 * {@code quantiles}, and writes its files to the directory {@code dir}.
 */
final class CompendiumStep implements Builtin {
  @Override
  public void run(StepContext context) throws IOException, StepFailure, InterruptedException {
    Path dir = Files.createDirectories(context.path("dir"));
    GeneRule rule =
        Stream.of(GeneRule.values())
            .filter(each -> each.word().equals(with(context, "genes")))
            .findFirst()
            .orElseThrow(() -> unknown("genes"));
    Imputation imputation =
        Stream.of(Imputation.values())
            .filter(each -> each.word().equals(with(context, "impute")))
            .findFirst()
            .orElseThrow(() -> unknown("impute"));
    CompendiumRecipe.Settings settings =
        new CompendiumRecipe.Settings(
            imputation, quantiles(context), RecipeInputs.MEMORY, () -> RecipeInputs.heed(context));
    RecipeInputs.with(
        context,
        rule,
        samples -> {
          Compendium made =
              new CompendiumFiles(samples, rule, settings)
                  .write(name -> context.room().create(dir.resolve(name)));
          context.learned("recipe", CompendiumRecipe.NAME);
          context.learned("samples", made.samples().size());
          context.learned("samples_dropped", made.droppedSamples().size());
          context.learned("genes", made.genes().size());
          context.learned("genes_dropped", made.droppedGenes().size());
          context.checked(
              "%d genes of %d samples; left out: %d genes, %d samples; %d cells imputed"
                  .formatted(
                      made.genes().size(),
                      made.samples().size(),
                      made.droppedGenes().size(),
                      made.droppedSamples().size(),
                      made.filled().cells()));
        });
  }

  private static String with(StepContext context, String key) {
    return context.optional(key).orElse("");
  }

  private static Quantiles quantiles(StepContext context) throws StepFailure {
    return switch (context.text("quantiles")) {
      case "none" -> new Quantiles.Kept();
      case "own" -> new Quantiles.Own();
      default -> throw unknown("quantiles");
    };
  }

  private static StepFailure unknown(String key) {
    return StepFailure.permanent("the step's with." + key + " is no word that it knows");
  }
}
