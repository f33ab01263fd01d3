/**
 * The canonical store of a dataset: expression values of many samples in one file, from which every
 * format is rendered. Written sample by sample, read by samples or by features, extended without
 * reading what is there. Files only; may use nothing else of Refinery.
 *
 * <p>Layout, big-endian: the magic, then groups of samples, then the footer (level, measures,
 * features, accessions, table of groups, zstd), its length, its CRC-32C and the magic again. A
 * group holds tiles (32 features of all its samples, one measure), their index, and its samples'
 * descriptions. Tiles make both ways of reading cheap: a group in memory gives whole samples, one
 * tile of each group gives a feature of every sample. What that costs: blocks of one sample alone
 * would be written as they come; tiles keep a group (four million cells a measure) in memory.
 *
 * <p>Values are stored exactly. A table of salmon says decimals with few digits, which are kept as
 * whole numbers with a power of ten; what is no such decimal (a weighted mean) is kept as the
 * double it is. A float would change one count in a hundred of large samples. Not a number means
 * absent: the feature is not in the index that the sample was quantified with. Zero is zero.
 */
package refinery.dataset.store;
