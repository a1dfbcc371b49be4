import { quoted } from '../csv/quoting.js';
import { ExitCode } from '../failure.js';
import type { Destination } from '../files/writing.js';
import type { Io } from '../io.js';
import type { SparseRows } from '../matrix/sparse.js';
import { type Signal, weightBytes } from '../output/weights.js';
import type { ExportOptions } from '../pipeline/options.js';
import { startRun } from '../pipeline/run.js';
import { orInterrupted } from '../pipeline/stopping.js';
import type { Model } from '../ranking/model.js';
import { type Names, SavedModel } from '../saved-model/saved-model.js';

/**
 * `recommend export`: the weights of a model for other programs. Beside a matrix, two files say what its rows and columns are.
 * @returns the exit code. @throws Failure where the model cannot be read, or a file cannot be written.
 */
export async function exportModel({ model: path, format, output, ...log }: ExportOptions, io: Io): Promise<number> {
  const run = startRun({ ...log, workers: 1 }, io);
  const written: Destination[] = [];
  const open = (name: string) => {
    const file = run.open(name);
    written.push(file);
    return file;
  };
  try {
    await orInterrupted(io.interrupted, async () => {
      const file = open(output);
      const beside = format === 'csv' ? [] : [open(`${output}.signals.csv`), open(`${output}.items.csv`)];
      const model = new SavedModel(path, () => run.directory.file('model'));
      try {
        const { names } = model;
        const signals = signalsOf(names, model.files.counts.latest);
        const [ofSignals, ofItems] = beside;
        await ofSignals?.write(
          table(
            ['row', 'kind', 'signal'],
            signals.map(({ kind, id }, row) => [row, kind, id]),
          ),
        );
        const { popularity } = model;
        const titled = names.itemIds.map((id, at) => [at, id, names.titles[at] ?? '', popularity[at] ?? 0]);
        await ofItems?.write(table(['column', 'item', 'title', 'users'], titled));
        const learned = model.model;
        const factors = factorsOf(learned);
        if (format !== 'npz' && factors.length > 0)
          run.warn(
            `${format} holds the rows of the model but not the factors of its items, so its weights do not add up to the scores; npz has both`,
          );
        for (const bytes of weightBytes(format, weightsOf(learned), signals, names.itemIds, factors))
          if (!(await file.write(bytes))) break;
        for (const each of [...beside, file]) await each.commit();
        run.info(`${signals.length} signals × ${names.itemIds.length} items → ${output}`);
      } finally {
        model.close();
      }
    });
    return ExitCode.ok;
  } finally {
    for (const file of written) file.abandon();
    await run.end();
  }
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

/** With what they count: item i of a history says ⟨f_i, f_j⟩ for each user who liked j, beside its row. */
function factorsOf({ lowRank }: Model): Float32Array {
  if (!lowRank) return new Float32Array(0);
  const root = Math.sqrt(lowRank.weight);
  return lowRank.factors.map((x) => x * root);
}

function table(header: readonly string[], rows: readonly (string | number)[][]): string {
  return [header, ...rows].map((row) => `${row.map((cell) => quoted(String(cell))).join(',')}\n`).join('');
}
