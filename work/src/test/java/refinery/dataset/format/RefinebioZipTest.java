package refinery.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.DatasetWriter;
import refinery.dataset.store.Measure;
import refinery.dataset.store.RandomDataset;
import refinery.dataset.store.SampleEntry;

class RefinebioZipTest {
  private static final RandomDataset DATA = new RandomDataset(4, 301, 0.03);

  @TempDir Path folder;

  private static SampleEntry entry(int sample) {
    return new SampleEntry(
        "SRR%07d".formatted(sample),
        "Homo sapiens",
        "f00d",
        "salmon",
        "1.10.3",
        "",
        Map.of(
            "tissue",
            "liver biopsy",
            "harmonised_tissue",
            "liver",
            "harmonised_treatment",
            "heat",
            "timepoint",
            "3 h",
            "source",
            "geo",
            "secondary_study_accession",
            "SRP%d".formatted(sample / 4),
            "\tx",
            "a\tb"));
  }

  private Path store(int from, int to) throws IOException {
    Path file = folder.resolve("store" + from);
    try (DatasetWriter writer = DatasetWriter.create(file, DATA.shape(), 2)) {
      for (int sample = from; sample < to; sample++) {
        writer.add(entry(sample), DATA.values(sample));
      }
      writer.finish();
    }
    return file;
  }

  private Path zip(String name, int threads) throws IOException {
    Path file = folder.resolve(name);
    try (RefinebioZip zip =
        new RefinebioZip(file, new RefinebioZip.Choice("SPECIES", "NONE", false), threads)) {
      for (int part = 0; part < 2; part++) {
        try (DatasetStore store = DatasetStore.open(store(part * 9, part * 9 + 9))) {
          zip.add("Homo/../sapiens", store, Measure.COUNTS);
        }
      }
      zip.finish(List.of(new SampleTables.Dropped("SRR7", "no\tcounts")));
    }
    return file;
  }

  @Test
  void pythonReadsEveryCellOfEveryMatrix() throws Exception {
    zip("dataset.zip", 2);
    ByteBuffer bytes = ByteBuffer.allocate(8 * 301 * 18).order(ByteOrder.LITTLE_ENDIAN);
    for (int sample = 0; sample < 18; sample++) {
      bytes.asDoubleBuffer().put(DATA.values(sample)[0]);
      bytes.position(bytes.position() + 8 * 301);
    }
    Files.write(folder.resolve("counts.bin"), bytes.array());
    String found =
        Foreign.python(
            folder,
            "pandas",
            """
            import zipfile, json, pandas, numpy as np
            z = zipfile.ZipFile('dataset.zip')
            assert z.testzip() is None
            print(*sorted(z.namelist()), sep='\\n')
            want = np.fromfile('counts.bin', dtype='<f8').reshape(18, 301).T
            cells = 0
            for part, key in enumerate(('HOMO_SAPIENS', 'HOMO_SAPIENS_2')):
                table = pandas.read_csv(z.open(key + '/' + key + '.tsv'), sep='\\t', index_col='Gene',
                                        float_precision='round_trip')
                assert list(table.columns) == ['SRR%07d' % (part * 9 + i) for i in range(9)]
                assert list(table.index) == ['ENSG%08d' % i for i in range(301)]
                a, b = table.values, want[:, part * 9:part * 9 + 9]
                assert ((a == b) | (np.isnan(a) & np.isnan(b))).all() and np.isnan(b).any()
                cells += a.size
                meta = pandas.read_csv(z.open(key + '/metadata_' + key + '.tsv'), sep='\\t')
                assert list(meta.columns[:3]) == ['refinebio_accession_code', 'experiment_accession', 'refinebio_age']
                assert list(meta.columns)[2:-4] == sorted(meta.columns[2:-4])
                assert list(meta.columns[-4:]) == ['characteristics_ch1_ x', 'characteristics_ch1_timepoint',
                                                   'characteristics_ch1_tissue', 'secondary_study_accession']
                assert list(meta['characteristics_ch1_tissue']) == ['liver biopsy'] * 9
                assert list(meta['refinebio_treatment']) == ['heat'] * 9
                assert list(meta['refinebio_time']) == ['3 h'] * 9
                assert list(meta['refinebio_source_database']) == ['GEO'] * 9
                assert list(meta['refinebio_processor_version']) == ['1.10.3'] * 9
                assert list(meta['characteristics_ch1_ x']) == ['a b'] * 9
                assert list(meta['refinebio_specimen_part']) == ['liver'] * 9
                assert list(meta['refinebio_organism']) == ['HOMO_SAPIENS'] * 9
                assert len(json.load(z.open(key + '/metadata_' + key + '.json'))) == 9
            about = json.load(z.open('aggregated_metadata.json'))
            assert about['num_samples'] == 18 and about['num_experiments'] == 5
            assert about['aggregate_by'] == 'SPECIES' and about['quantile_normalized'] is False
            assert about['experiments']['SRP1']['sample_accession_codes'] == ['SRR%07d' % i for i in range(4, 8)]
            assert about['samples']['SRR0000017']['refinebio_processor_name'] == 'salmon'
            assert z.read('filtered_samples_metadata.tsv') == b'refinebio_accession_code\\treason\\nSRR7\\tno counts\\n'
            print('cells', cells)
            """);
    assertThat(found.lines())
        .containsExactly(
            "HOMO_SAPIENS/HOMO_SAPIENS.tsv",
            "HOMO_SAPIENS/metadata_HOMO_SAPIENS.json",
            "HOMO_SAPIENS/metadata_HOMO_SAPIENS.tsv",
            "HOMO_SAPIENS_2/HOMO_SAPIENS_2.tsv",
            "HOMO_SAPIENS_2/metadata_HOMO_SAPIENS_2.json",
            "HOMO_SAPIENS_2/metadata_HOMO_SAPIENS_2.tsv",
            "LICENSE.TXT",
            "README.md",
            "aggregated_metadata.json",
            "filtered_samples_metadata.json",
            "filtered_samples_metadata.tsv",
            "cells 5418");
  }

  @Test
  void sameContentGivesSameBytesInEveryTimeZoneAndLeavesNothingElse() throws IOException {
    Path one = zip("one.zip", 1);
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
      assertThat(Files.mismatch(one, zip("three.zip", 3))).isEqualTo(-1);
    } finally {
      TimeZone.setDefault(before);
    }
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("one.zip", "three.zip", "store0", "store9");
    }
  }
}
