package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The step {@code gene-table}: sums up salmon's table {@code quant} by the genes of {@code map},
 * and writes {@code to}. Reads and TPM are summed. Lengths are means weighted by TPM, or unweighted
 * if the gene's TPM is 0, as in tximport.
 */
final class GeneTable implements Builtin {
  private static final class Sums {
    private int transcripts;
    private double length;
    private double effective;
    private double weightedLength;
    private double weightedEffective;
    private double tpm;
    private double reads;

    void add(String[] columns) {
      double weight = Double.parseDouble(columns[3]);
      transcripts++;
      length += Double.parseDouble(columns[1]);
      effective += Double.parseDouble(columns[2]);
      weightedLength += weight * Double.parseDouble(columns[1]);
      weightedEffective += weight * Double.parseDouble(columns[2]);
      tpm += weight;
      reads += Double.parseDouble(columns[4]);
    }

    String row(String gene) {
      boolean expressed = tpm > 0;
      return String.format(
          Locale.ROOT,
          "%s\t%.3f\t%.3f\t%.6f\t%.3f\n",
          gene,
          expressed ? weightedLength / tpm : length / transcripts,
          expressed ? weightedEffective / tpm : effective / transcripts,
          tpm,
          reads);
    }
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Map<String, String> genes = new HashMap<>();
    try (Lines lines = new Lines(Streams.open(context.path("map"), context.attempt()))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        int tab = line.indexOf('\t');
        genes.put(line.substring(tab + 1), line.substring(0, Math.max(0, tab)));
      }
    }
    Map<String, Sums> sums = new TreeMap<>();
    AbundanceTable.check(
        context.path("quant"),
        SalmonCheck.HEADER,
        4,
        context.attempt(),
        columns ->
            sums.computeIfAbsent(genes.getOrDefault(columns[0], columns[0]), gene -> new Sums())
                .add(columns));
    try (BufferedWriter out = context.room().writer(context.path("to"))) {
      out.write(String.join("\t", SalmonCheck.HEADER) + "\n");
      for (Map.Entry<String, Sums> entry : sums.entrySet()) {
        out.write(entry.getValue().row(entry.getKey()));
      }
    }
    context.checked(sums.size() + " genes");
  }
}
