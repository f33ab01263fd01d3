package refinery.archive;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import refinery.archive.ncbi.NcbiClient;
import refinery.manifests.Manifests;
import refinery.protocol.dataset.Datasets;
import refinery.protocol.query.SetQueries;

/**
 * What a node offers to its sources; each takes what it needs.
 *
 * @param config the whole configuration, of which a source reads its own part
 * @param http asks public archives
 * @param ncbi asks NCBI, which allows only a few requests a second
 * @param cache of large answers
 * @param batches finds batches that are already known
 * @param manifests stores lists of batches
 * @param outputs the outputs of a pipeline, by the pipeline's name
 * @param datasets plans datasets of what is refined here
 */
public record SourceParts(
    Config config,
    ArchivesConfig archives,
    ArchiveHttp http,
    NcbiClient ncbi,
    AnswerCache cache,
    SetQueries batches,
    Manifests manifests,
    Function<String, Optional<List<String>>> outputs,
    Datasets datasets) {}
