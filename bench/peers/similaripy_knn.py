"""Item-kNN by cosine with similaripy, from CSV to CSV: compiled C++ loops on all cores, in the few lines that its manual suggests.

usage: similaripy_knn.py RATINGS.csv OUT.csv
"""
import sys, time
import numpy as np
import pandas as pd
import scipy.sparse as sp
import similaripy

NEIGHBORS, LIST = 20, 10
laps, last = [], time.perf_counter()


def lap(name):
    global last
    now = time.perf_counter()
    laps.append(f"{name} {now - last:.2f} s")
    last = now


ratings = pd.read_csv(sys.argv[1], usecols=[0, 1])
user, users = pd.factorize(ratings.iloc[:, 0])
item, items = pd.factorize(ratings.iloc[:, 1])
held = sp.csr_matrix((np.ones(len(ratings), np.float32), (user, item)), (len(users), len(items)))
lap("read")

weights = similaripy.cosine(held.T.tocsr(), k=NEIGHBORS, verbose=False, format_output="csr")
lap("learn")

lists = similaripy.dot_product(held, weights.T.tocsr(), k=LIST, filter_cols=held, verbose=False, format_output="coo")
lap("recommend")

order = np.lexsort((-lists.data, lists.row))
order = order[lists.data[order] > 0]
row = lists.row[order]
begins = np.r_[True, row[1:] != row[:-1]]
rank = np.arange(len(row)) - np.maximum.accumulate(np.where(begins, np.arange(len(row)), 0)) + 1
columns = {"user_id": users[row], "item_id": items[lists.col[order]], "rank": rank, "score": lists.data[order]}
pd.DataFrame(columns).to_csv(sys.argv[2], index=False, float_format="%.6g")
lap("write")
print(", ".join(laps), file=sys.stderr)
