import { quoted } from '../csv/quoting.js';
import type { Io } from '../io.js';
import type { SparseRows } from '../matrix/sparse.js';
import { type Signal, weightBytes } from '../output/weights.js';
import type { ExportOptions } from '../pipeline/options.js';
import { answerFrom } from '../pipeline/question.js';
import type { Model } from '../ranking/model.js';
import type { Names } from '../saved-model/saved-model.js';

/**
 * `recommend export`: the weights of a model for other programs. Two files beside a matrix say what its rows and columns are.
 * @returns, @throws as `answerFrom`.
 */
export async function exportModel(options: ExportOptions, io: Io): Promise<number> {
  const { format, output } = options;
  return answerFrom(options, io, async (model, write, run) => {
    const open = (what: string) => (format === 'csv' ? undefined : run.open(`${output}.${what}.csv`));
    const [ofSignals, ofItems] = [open('signals'), open('items')];
    const { names, popularity, model: learned } = model;
    const signals = signalsOf(names, model.files.counts.latest);
    const rows = signals.map(({ kind, id }, row) => [row, kind, id]);
    await ofSignals?.write(table(['row', 'kind', 'signal'], rows));
    const titled = names.itemIds.map((id, at) => [at, id, names.titles[at] ?? '', popularity[at] ?? 0]);
    await ofItems?.write(table(['column', 'item', 'title', 'users'], titled));
    const factors = factorsOf(learned);
    if (format !== 'npz' && factors.length > 0)
      run.warn(
        `${format} holds the rows of the model but not the factors of its items, so its weights do not add up to the scores; npz has both`,
      );
    for (const bytes of weightBytes(format, weightsOf(learned), signals, names.itemIds, factors))
      if (!(await write(bytes))) break;
    for (const each of [ofSignals, ofItems]) await each?.commit();
    run.info(`${signals.length} signals × ${names.itemIds.length} items → ${output}`);
  });
}

/** What the rows of the weights are, in their order. */
function signalsOf({ itemIds, attributeNames, groupNames }: Names, latest: number): Signal[] {
  const all = (kind: Signal['kind'], ids: readonly string[]) => ids.map((id) => ({ kind, id }));
  return [
    ...all('item', itemIds),
    ...all('attribute', attributeNames),
    ...all('group', groupNames),
    ...all('latest', itemIds.slice(0, latest)),
    { kind: 'popular', id: '' },
  ];
}

/** The rows of a model times their scales, and popularity as the last: a score is the sum of the rows, each times its strength. */
function weightsOf({ counts, scales, rows: { parts } }: Model): SparseRows {
  const { items, preferences, groups } = counts;
  const [{ rows, columns, start, index, value }] = parts as [SparseRows];
  const ends = [items, items + preferences, items + preferences + groups].map((row) => start[row] ?? 0);
  const scaleOf = (entry: number) =>
    [scales.items, scales.preferences, scales.groups][ends.findIndex((end) => entry < end)];
  const length = index.length + columns;
  const weights = new Float32Array(length);
  weights.set(value.map((weight, entry) => weight * (scaleOf(entry) ?? 1)));
  weights.set(scales.prior, index.length);
  const columnsOf = new Uint32Array(length);
  columnsOf.set(index);
  for (let item = 0; item < columns; item++) columnsOf[index.length + item] = item;
  const starts = Uint32Array.from([...start, length]);
  return { rows: rows + 1, columns, start: starts, index: columnsOf, value: weights };
}

/** The factors f, times √η: an item i of a history adds ⟨f_i, f_j⟩ · (users who liked j) to the score of j, besides what its row adds. */
function factorsOf({ lowRank }: Model): Float32Array {
  if (!lowRank) return new Float32Array(0);
  const root = Math.sqrt(lowRank.weight);
  return lowRank.factors.map((x) => x * root);
}

function table(header: readonly string[], rows: readonly (string | number)[][]): string {
  return [header, ...rows].map((row) => `${row.map((cell) => quoted(String(cell))).join(',')}\n`).join('');
}
