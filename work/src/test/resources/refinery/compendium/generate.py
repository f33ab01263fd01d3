"""Makes the reference values beside it: python generate.py FANCYIMPUTE

Needs numpy, pandas and scikit-learn (made with 2.4.6, 3.0.6 and 1.9.1) and a checkout of
github.com/iskandr/fancyimpute (36374f8). The compendium is made by the lines of refine.bio's
create_compendia.py (AlexsLemonade/refinebio), without the second logarithm and without arrays.
"""
import importlib.util, os, sys, types
import numpy as np, pandas as pd
from sklearn import preprocessing, utils

here = os.path.dirname(os.path.abspath(__file__))


def iterative_svd(folder):
    """The class of fancyimpute, without the package's other needs."""
    check = utils.check_array
    utils.check_array = lambda X, force_all_finite=True, **k: check(X, ensure_all_finite=force_all_finite, **k)
    package = types.ModuleType("fancyimpute")
    package.__path__ = [os.path.join(folder, "fancyimpute")]
    sys.modules["fancyimpute"] = package
    return importlib.import_module("fancyimpute.iterative_svd").IterativeSVD


def write(name, frame):
    frame.to_csv(os.path.join(here, name + ".tsv"), sep="\t", na_rep="NA", float_format="%.17g", index_label="gene")


def named(values):
    return pd.DataFrame(values, index=["g%03d" % i for i in range(values.shape[0])],
                        columns=["s%02d" % i for i in range(values.shape[1])])


def scales(random):
    x = random.normal(3, 2, (14, 9))
    x[3] = 5.25
    x[4, :] = 0
    x[5] = 1e3 + random.normal(0, 0.1, 9)
    x[6] = 0.1
    x[7, 1:] = 2
    x[random.random(x.shape) < 0.08] = np.nan
    x[9] = np.nan
    write("scale-input", named(x))
    for word, scaler in [("minmax", preprocessing.MinMaxScaler()), ("standard", preprocessing.StandardScaler()),
                         ("robust", preprocessing.RobustScaler())]:
        write("scale-" + word, named(scaler.fit_transform(x.T).T))


def counts(random):
    genes, samples = 90, 24
    axes = random.normal(0, 0.7, (3, samples))
    level = random.normal(5, 2.2, (genes, 1)) + random.normal(0, 0.7, (genes, 3)) @ axes
    x = np.exp(level + random.normal(0, 0.35, level.shape))
    x[random.random(x.shape) < 0.04] = 0
    x[:8] *= 0.001          # low sums
    x[10, :9] = 0           # more than 30 % zeros
    x[11, :7] = 0           # fewer
    x[20:30, 15:20] = np.nan  # five samples have another index, without ten genes
    x[12] = np.nan          # nobody has it
    x[30:, 22] = 0          # a sample with hardly anything
    return named(np.round(x, 3))


def compendium(x):
    """create_compendia.py: sums, percentile, log2, zeros as NA, both filters, zeros again."""
    x = x.dropna(axis="columns", how="all").dropna(axis="index", how="all")
    sums = x.sum(axis=1)
    x = x.loc[sums >= np.percentile(sums, 10)]
    x = np.log2(x + 1)
    zeros = x == 0
    x = x.mask(zeros)
    x = x.dropna(axis="index", thresh=x.shape[1] * 0.7)
    x = x.dropna(axis="columns", thresh=x.shape[0] * 0.5)
    return x.mask(zeros.loc[x.index, x.columns], 0.0)


def quantiles(x):
    """normalize.quantiles: the mean of the sorted columns, at average ranks."""
    target = np.sort(x.to_numpy(), axis=0).mean(axis=1)
    ranks = x.rank(axis=0, method="average").to_numpy()
    low, high = np.floor(ranks).astype(int) - 1, np.ceil(ranks).astype(int) - 1
    return pd.DataFrame((target[low] + target[high]) / 2, index=x.index, columns=x.columns)


IterativeSVD = iterative_svd(sys.argv[1])
scales(np.random.default_rng(5))
x = counts(np.random.default_rng(7))
write("counts", x)
plain = compendium(x)
write("compendium", plain)
imputed = IterativeSVD(rank=10, svd_algorithm="arpack", verbose=False).fit_transform(plain.T.to_numpy()).T
imputed = pd.DataFrame(imputed, index=plain.index, columns=plain.columns)
write("compendium-svd", imputed)
write("compendium-svd-quantiles", quantiles(imputed))
