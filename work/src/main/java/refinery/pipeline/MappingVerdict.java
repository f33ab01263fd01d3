package refinery.pipeline;

import java.util.Locale;

/**
 * Judges a run by the fraction of fragments that map, in the same way for every quantifier. Below
 * {@code min-mapping-rate} the sample does not fit the reference, and its table is not published.
 */
final class MappingVerdict {
  private MappingVerdict() {}

  static void judge(StepContext context, long processed, long mapped) throws StepFailure {
    String least = context.text("min-mapping-rate");
    double rate = processed == 0 ? 0 : (double) mapped / processed;
    context.learned("reads", processed);
    context.learned("mapped", mapped);
    context.learned("mapping_rate", rate);
    String words =
        String.format(
            Locale.ROOT, "%d of %d fragments map (%.2f %%)", mapped, processed, 100 * rate);
    if (rate < Double.parseDouble(least)) {
      throw StepFailure.permanent(
          ("verdict fail: %s, less than min_mapping_rate = %s: the sample is hardly of this"
                  + " reference")
              .formatted(words, least));
    }
    context.checked(words);
  }
}
