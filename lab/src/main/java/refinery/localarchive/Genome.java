package refinery.localarchive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Contigs and genes of the synthetic species. Nobody changes the arrays once it is built. */
final class Genome {
  private static final int LINE = 60;
  private final Map<String, byte[]> contigs;
  private final List<Gene> genes;

  Genome(Map<String, byte[]> contigs, List<Gene> genes) {
    this.contigs = Collections.unmodifiableMap(new LinkedHashMap<>(contigs));
    this.genes = List.copyOf(genes);
  }

  List<Gene> genes() {
    return genes;
  }

  /** The spliced sequence in transcript orientation. */
  byte[] spliced(Gene gene, Gene.Transcript transcript) {
    byte[] contig = contigs.get(gene.contig());
    ByteArrayOutputStream sequence = new ByteArrayOutputStream(transcript.length());
    for (Gene.Exon exon : transcript.exons()) {
      sequence.write(contig, exon.start() - 1, exon.length());
    }
    return gene.strand() == '-'
        ? Dna.reverseComplement(sequence.toByteArray())
        : sequence.toByteArray();
  }

  /** FASTA with Ensembl's headers. */
  byte[] fasta(String assembly) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    contigs.forEach(
        (name, sequence) -> {
          String header =
              ">%s dna:chromosome chromosome:%s:%s:1:%d:1 REF\n"
                  .formatted(name, assembly, name, sequence.length);
          out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
          folded(out, sequence);
        });
    return out.toByteArray();
  }

  /** FASTA of the transcripts, which is what a correct reference contains. */
  byte[] transcriptFasta() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Gene gene : genes) {
      for (Gene.Transcript transcript : gene.transcripts()) {
        out.writeBytes((">" + transcript.id() + "\n").getBytes(StandardCharsets.US_ASCII));
        folded(out, spliced(gene, transcript));
      }
    }
    return out.toByteArray();
  }

  Map<String, String> transcriptToGene() {
    Map<String, String> map = new LinkedHashMap<>();
    for (Gene gene : genes) {
      gene.transcripts().forEach(transcript -> map.put(transcript.id(), gene.id()));
    }
    return map;
  }

  List<String> contigNames() {
    return new ArrayList<>(contigs.keySet());
  }

  private static void folded(ByteArrayOutputStream out, byte[] sequence) {
    for (int i = 0; i < sequence.length; i += LINE) {
      out.write(sequence, i, Math.min(LINE, sequence.length - i));
      out.write('\n');
    }
  }
}
