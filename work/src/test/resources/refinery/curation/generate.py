"""Makes the reference values beside it: python3 generate.py AMALGKIT

Runs amalgkit's own functions (github.com/kfuku52/amalgkit, 8c1a759, 0.16.60) with pandas 1.5.3 and
numpy 1.24.2; matplotlib is not needed.
"""
import os, sys, types
import numpy as np, pandas as pd

for name in ["matplotlib", "matplotlib.pyplot", "matplotlib.lines"]:
    module = types.ModuleType(name)
    module.use, module.Line2D = (lambda *a, **k: None), None
    sys.modules[name] = module
sys.path.insert(0, sys.argv[1])
from amalgkit import per_species_common as common, per_species_finalize_python as final
from amalgkit import per_species_outputs as outputs, per_species_python as worker

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(21)
genes, sizes = 120, {"brain": 9, "flower bud": 7, "liver": 6, "skin": 2, "tail": 1}
base = random.normal(4, 2, genes)
runs, counts = [], []
profiles = {group: base + random.normal(0, 2.2, genes) * (random.random(genes) < 0.6) for group in sizes}
mixed = {("brain", 3): ("liver", 1.0), ("liver", 1): ("brain", 1.0), ("flower bud", 2): ("brain", 0.55)}
for group, size in sizes.items():
    for i in range(size):
        run = "SRR%03d" % (100 + len(runs))
        other, part = mixed.get((group, i), (group, 0))   # mislabelled, or mixed
        level = profiles[group] * (1 - part) + profiles[other] * part + random.normal(0, 0.4, genes)
        runs.append({"run": run, "sample_group": group, "bioproject": "PRJ%d" % (i % 3), "exclusion": "no",
                     "mapping_rate": [85.5, 60, 25][i % 3]})
        counts.append(np.round(np.exp(level) * (random.random(genes) > 0.1), 3))
runs[5]["mapping_rate"] = 12.25
names = ["g%03d" % i for i in range(genes)]
counts = pd.DataFrame(np.array(counts).T, index=names, columns=[r["run"] for r in runs])
counts.iloc[7] = 0
lengths = pd.DataFrame(np.round(random.uniform(150, 4000, counts.shape), 3), index=names, columns=counts.columns)
counts.iloc[9, 3] = lengths.iloc[9, 3] = 0
sra = pd.DataFrame(runs)


def write(name, frame, **options):
    frame.to_csv(os.path.join(here, name + ".tsv"), sep="\t", float_format="%.17g", **options)


args = types.SimpleNamespace(dist_method="pearson", margin_threshold=0.0, robust_z_threshold=-2.5)
groups = sorted(sizes)
write("counts", counts, index_label="target_id")
write("lengths", lengths, index_label="target_id")
write("runs", sra.drop(columns="exclusion"), index=False)
write("tpm", np.log2(final._transform_raw_to_tpm(counts, lengths) + 1), index_label="target_id")
tc = np.log2(final._transform_raw_to_fpkm(counts, lengths, sra) + 1)
write("fpkm", tc, index_label="target_id")
statistics = outputs.save_correlation_statistics(tc, sra, "pearson", 0)
tc, sra, low = worker._filter_low_mapping_rate(tc, sra, 20)   # percent, as the column is
statistics = outputs.save_correlation_statistics(tc, sra, "pearson", 1, statistics)
write("group_mean_before", common.sample_group_mean(tc, sra, groups)["tc_ave"], index_label="target_id")
columns = ["ws_within_group_cor", "ws_max_nongroup_cor", "ws_margin", "ws_robust_z", "ws_small_group"]
kept, rounds = {}, 0
while True:
    tc, sra, flagged = worker._apply_within_group_filter(tc, sra, args, groups)
    now = sra.set_index("run")
    for run in now.index:
        if run in tc.columns or run in flagged:
            kept[run] = [rounds] + list(now.loc[run, columns])
    rounds += 1
    if not flagged:
        break
statistics = outputs.save_correlation_statistics(tc, sra, "pearson", rounds + 1, statistics)
write("correlation_statistics", statistics)
judged = pd.DataFrame.from_dict(kept, orient="index", columns=["round"] + columns)
judged = sra[["run", "exclusion"]].set_index("run").join(judged)
write("judgements", judged, index_label="run")
mean = common.sample_group_mean(tc, sra, groups)["tc_ave"]
write("group_mean", mean, index_label="target_id")
write("tau", common.sample_group_to_tau(mean), index_label="target_id")
print(low, rounds, judged.to_string())
