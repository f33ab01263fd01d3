"""Makes the matrices of this directory and the numbers that figures of them must have.

Needs numpy, scipy, pandas, h5py and anndata (Debian: python3-anndata). Written from scanpy 1.4.4's
definitions of highest_expr_genes, normalize_per_cell, log1p and highly_variable_genes('seurat'), and
run once: /usr/bin/python3 reference.py
"""
import gzip, io, json, tarfile, zipfile
import anndata, h5py, numpy as np, pandas as pd
from scipy import sparse, io as sio

GENES, CELLS, SEED = 400, 100, 20261129
rng = np.random.default_rng(SEED)


def counts():
    level = rng.gamma(0.4, 3.0, GENES)
    depth = rng.lognormal(0, 0.5, CELLS)
    size = np.where(rng.random(GENES) < 0.15, 0.3, 5.0)
    mean = np.outer(level, depth)
    x = rng.negative_binomial(size[:, None], size[:, None] / (size[:, None] + mean))
    x[rng.choice(GENES, 25, replace=False)] = 0
    x[:, 7] = 0          # an empty cell
    x[:, 11] = 0
    x[5, 11] = 40        # a cell with one gene
    return x.astype(np.int64)


def figures(x, min_genes, thresholds):
    """x: genes by cells, any numbers; every step in double precision."""
    total = x.sum(0)
    detected = (x > 0).sum(0)
    keep = (total >= 1) & (detected >= min_genes)
    kept = x[:, keep].astype(float)
    percent = 100 * kept / kept.sum(0)
    mean = percent.mean(1)
    order = np.argsort(-mean, kind="stable")[:20]
    boxes = [np.percentile(percent[g], [0, 25, 50, 75, 100]).tolist() for g in order]
    scaled = np.expm1(np.log1p(kept / kept.sum(0) * 1e3))
    n = kept.shape[1]
    m = scaled.mean(1)
    v = (np.multiply(scaled, scaled).mean(1) - m ** 2) * n / (n - 1)
    m[m == 0] = 1e-12
    d = v / m
    d[np.abs(d) < 1e-12] = np.nan
    d = np.log(d)
    m = np.log1p(m)
    frame = pd.DataFrame({"m": m, "d": d})
    frame["bin"] = pd.cut(frame["m"], bins=20)
    grouped = frame.groupby("bin")["d"]
    average, deviation = grouped.mean(), grouped.std(ddof=1)
    single = deviation.isnull()
    deviation[single] = average[single]
    average[single] = 0
    z = (frame["d"].values - average[frame["bin"]].values) / deviation[frame["bin"]].values
    z[np.isnan(z)] = 0
    low, high, least = thresholds
    selected = (m > low) & (m < high) & (z > least)
    top = [int(g) for g in np.argsort(-z, kind="stable") if selected[g]][:20]
    return {
        "kept": int(keep.sum()),
        "cell_counts": total.tolist(),
        "cell_genes": detected.tolist(),
        "highest": [{"gene": int(g), "mean": mean[g], "box": box} for g, box in zip(order, boxes)],
        "means": m.tolist(),
        "dispersions": [None if np.isnan(value) else value for value in d],
        "normalised": z.tolist(),
        "selected": np.flatnonzero(selected).tolist(),
        "top": top,
    }


def names():
    symbols = ["MT-%d" % i if i < 8 else "GENE%d" % i for i in range(GENES)]
    symbols[20] = symbols[21] = "TWIN<&>"
    return ["ENSG%011d" % i for i in range(GENES)], symbols


def market(x, header="integer", order=None):
    entries = sparse.coo_matrix(x)
    order = np.lexsort((entries.row, entries.col)) if order is None else order(entries)
    out = io.StringIO()
    out.write("%%%%MatrixMarket matrix coordinate %s general\n%%\n%d %d %d\n" % ((header,) + x.shape + (entries.nnz,)))
    for k in order:
        value = entries.data[k]
        out.write("%d %d %s\n" % (entries.row[k] + 1, entries.col[k] + 1,
                                  "%d" % value if header == "integer" else repr(float(value))))
    return out.getvalue().encode()


def packed(text):
    return gzip.compress(text, mtime=0)


def zipped(file, members):
    with zipfile.ZipFile(file, "w") as out:
        for name, data in members:
            out.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)


def tenx(file, x, version):
    ids, symbols = names()
    columns = sparse.csc_matrix(x)
    with h5py.File(file, "w") as out:
        group = out.create_group("matrix" if version == 3 else "GRCh38")
        group["shape"] = np.array(x.shape, dtype=np.int32)
        group.create_dataset("data", data=columns.data.astype(np.int32), chunks=(1000,), compression="gzip")
        group.create_dataset("indices", data=columns.indices.astype(np.int64), chunks=(700,), compression="gzip", shuffle=True)
        group.create_dataset("indptr", data=columns.indptr.astype(np.int64), chunks=(64,), compression="gzip")
        group["barcodes"] = np.array(BARCODES, dtype="S")
        if version == 3:
            features = group.create_group("features")
            features["id"], features["name"] = np.array(ids, dtype="S"), np.array(symbols, dtype="S")
            features["feature_type"] = np.array(["Gene Expression"] * len(ids), dtype="S")
        else:
            group["genes"], group["gene_names"] = np.array(ids, dtype="S"), np.array(symbols, dtype="S")


def annotated(file, x, form, raw=False, compression=None):
    ids, symbols = names()
    data = anndata.AnnData(form(x.T.astype(np.float32)), obs=pd.DataFrame(index=BARCODES),
                           var=pd.DataFrame({"gene_ids": ids}, index=symbols), dtype=np.float32)
    if raw:
        data.raw = data
        data = data[:, :50].copy()
        data.X = data.X * 0.5
    data.write_h5ad(file, compression=compression)


x = counts()
BARCODES = ["CELL%04d-1" % i for i in range(CELLS)]
IDS, SYMBOLS = names()
GENE_LINES = ["%s\t%s" % pair for pair in zip(IDS, SYMBOLS)]
V3 = packed("".join(line + "\tGene Expression\n" for line in GENE_LINES).encode())
V2 = "".join(line + "\n" for line in GENE_LINES).encode()
CELL_LINES = "".join(name + "\n" for name in BARCODES).encode()

zipped("v3.zip", [("out/filtered/barcodes.tsv.gz", packed(CELL_LINES)), ("out/filtered/features.tsv.gz", V3),
                  ("out/filtered/matrix.mtx.gz", packed(market(x)))])
# The Human Cell Atlas: a header in each table, values with decimals.
HCA = x * 1.25
zipped("hca.mtx.zip", [("p/genes.tsv.gz", packed(("featurekey\tfeaturename\tchromosome\n" + "".join(
            line + "\tchr1\n" for line in GENE_LINES)).encode())),
        ("p/cells.tsv.gz", packed(("cellkey\tgenes_detected\n" + "".join(name + "\t1\n" for name in BARCODES)).encode())),
        ("p/matrix.mtx.gz", packed(market(HCA, "real"))), ("readme.txt", b"...")])
with tarfile.open("v2.tar.gz", "w:gz") as tar:
    shuffled = market(x, order=lambda entries: np.random.default_rng(1).permutation(entries.nnz))
    for name, data in [("m/genes.tsv", V2), ("m/matrix.mtx", shuffled), ("m/barcodes.tsv", CELL_LINES)]:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
zipped("turned.zip", [("barcodes.tsv", CELL_LINES), ("genes.tsv", V2), ("matrix.mtx.gz", packed(market(x.T)))])
with open("plain.mtx.gz", "wb") as out:
    out.write(packed(market(x)[:900]) + packed(market(x)[900:]))
with gzip.GzipFile("scipy.mtx.gz", "wb", mtime=0) as out:
    sio.mmwrite(out, sparse.coo_matrix(HCA))
tenx("v3.h5", x, 3)
tenx("v2.h5", x, 2)
annotated("csr.h5ad", x, sparse.csr_matrix, compression="gzip")
annotated("csc.h5ad", x, sparse.csc_matrix)
annotated("dense.h5ad", x, np.asarray, compression="gzip")
annotated("raw.h5ad", x, sparse.csr_matrix, raw=True, compression="gzip")

mito = np.array([name.startswith("MT-") for name in SYMBOLS])
with np.errstate(invalid="ignore"):
    share = 100 * x[mito].sum(0) / x.sum(0)
with open("expected.json", "w") as out:
    json.dump({
        "all": figures(x, 0, (0.05, 30, 1.9)),
        "filtered": figures(x, 150, (0.0125, 3, 0.5)),
        "mitochondrial": [None if np.isnan(value) else value for value in share],
    }, out, indent=1)
