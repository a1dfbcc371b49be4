"""Item-kNN by cosine, from CSV to CSV, as one would write it by hand with pandas and scipy. One thread, because scipy uses one.

usage: scipy_knn.py RATINGS.csv OUT.csv
"""
import sys, time
import numpy as np
import pandas as pd
import scipy.sparse as sp

NEIGHBORS, LIST, BLOCK = 20, 10, 512
laps, last = [], time.perf_counter()


def lap(name):
    global last
    now = time.perf_counter()
    laps.append(f"{name} {now - last:.2f} s")
    last = now


def strongest(block):
    """Keeps the NEIGHBORS largest entries of each row of a sparse block."""
    for row in range(block.shape[0]):
        cells = slice(block.indptr[row], block.indptr[row + 1])
        values = block.data[cells]
        if len(values) > NEIGHBORS:
            values[np.argpartition(-values, NEIGHBORS)[NEIGHBORS:]] = 0
    block.eliminate_zeros()
    return block


ratings = pd.read_csv(sys.argv[1], usecols=[0, 1])
user, users = pd.factorize(ratings.iloc[:, 0])
item, items = pd.factorize(ratings.iloc[:, 1])
held = sp.csr_matrix((np.ones(len(ratings), np.float32), (user, item)), (len(users), len(items)))
lap("read")

norm = sp.diags(1 / np.sqrt(np.asarray(held.sum(axis=0)).ravel())).astype(np.float32)
unit = (held @ norm).tocsr()
by_item = unit.T.tocsr()
blocks = []
for first in range(0, len(items), BLOCK):
    block = (by_item[first : first + BLOCK] @ unit).tolil()
    block[np.arange(block.shape[0]), first + np.arange(block.shape[0])] = 0
    blocks.append(strongest(block.tocsr()))
weights = sp.vstack(blocks).tocsr()
lap("learn")

with open(sys.argv[2], "w") as out:
    out.write("user_id,item_id,rank,score\n")
    for first in range(0, len(users), BLOCK):
        history = held[first : first + BLOCK]
        scores = (history @ weights).toarray()
        scores[history.nonzero()] = 0
        best = np.argpartition(-scores, LIST, axis=1)[:, :LIST]
        for row, candidates in enumerate(best):
            ranked = candidates[np.argsort(-scores[row, candidates], kind="stable")]
            for rank, chosen in enumerate(ranked, 1):
                if scores[row, chosen] > 0:
                    out.write(f"{users[first + row]},{items[chosen]},{rank},{scores[row, chosen]:.6g}\n")
lap("recommend and write")
print(", ".join(laps), file=sys.stderr)
