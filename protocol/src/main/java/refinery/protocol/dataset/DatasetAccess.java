package refinery.protocol.dataset;

/** What the API uses of datasets. */
public record DatasetAccess(Datasets plans, DatasetSlices slices) {}
