import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { packedTexts, quotedArrays } from '../../src/csv/quoted-cells.js';
import { quoted } from '../../src/csv/quoting.js';
import { arrayOf, readArrays, writeArrays } from '../../src/files/array-file.js';
import { PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { sideBySide, stacked } from '../../src/matrix/combined.js';
import { statisticsOf } from '../../src/model/row-normalisation.js';
import { gramRows } from '../../src/model/rows/counting.js';
import type { Settings } from '../../src/model/settings.js';
import { needsGram, signalCount } from '../../src/model/signals.js';
import { lineWriter } from '../../src/output/list-lines.js';
import { withRecency } from '../../src/ranking/audience.js';
import { modelOf } from '../../src/ranking/model.js';
import type { Recommender } from '../../src/ranking/recommender.js';
import { variantBatches, variantEvaluator } from '../../src/tuning/variant-evaluator.js';
import { Child } from '../../src/workers/child.js';
import { writeEvidence } from '../../src/workers/evidence-file.js';
import { matrixArrays, readMatrix } from '../../src/workers/matrix-file.js';
import type { Shard } from '../../src/workers/plan.js';
import { Pool } from '../../src/workers/pool.js';
import type { CountJob, LearnJob, ModelFiles, RecommendJob, RowFile, TrialJob } from '../../src/workers/protocol.js';
import { readLearnedFacts, readLists, writeAudience, writeStatistics } from '../../src/workers/run-files.js';
import { temporaryFolders } from '../files/temporary.js';
import { learnt, plainRecommender } from '../model/learned.js';
import { factorsFor, largeWorld, METHODS, observationsOf, rowsOf, settingsWith } from '../model/worlds.js';

const folder = temporaryFolders();
const pools: Pool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close('at once')));
});

function poolOf(size: number): Pool {
  const pool = new Pool({
    size,
    onRetry: (message) => {
      throw new Error(message);
    },
  });
  pools.push(pool);
  return pool;
}

/** Shards of `each` rows. */
function shardsOf(rows: number, each: number): Shard[] {
  return Array.from({ length: Math.ceil(rows / each) }, (_, index) => {
    const from = index * each;
    return { index, from, to: Math.min(rows, from + each), cost: 1 };
  });
}

const USERS = 20;
const ITEMS = 13;
const FACTORS = factorsFor(ITEMS);
const WORLD = largeWorld(3, USERS, ITEMS);
const SEEN = observationsOf(WORLD);
const NO_PREFERENCES = rowsOf(
  WORLD.interactions.map(() => [0, 0, 0, 0]),
  4,
);
/** Each user's interactions with the last items are held out. */
const HELD_OUT = rowsOf(
  WORLD.interactions.map((row) => row.map((x, item) => (item > 9 ? x : 0))),
  ITEMS,
);

function audienceWith(recency: number) {
  return {
    signals: sideBySide(
      withRecency(SEEN.interactions, SEEN.times, { recency, popularityGrowth: 0 }),
      NO_PREFERENCES,
      SEEN.groups,
    ),
    excluded: rowsOf(
      WORLD.interactions.map((row) => row.map((x, item) => (item <= 9 ? x : 0))),
      ITEMS,
    ),
    offered: SEEN.offered,
  };
}

/** Counts and learns in a pool, as a run does, and writes the files that scoring reads. */
async function learnIn(pool: Pool, at: string, settings: Settings): Promise<ModelFiles> {
  const { evidence, counts } = learnt(WORLD, settings);
  const evidencePath = join(at, 'evidence');
  writeEvidence(evidencePath, evidence);
  const gram: RowFile[] = [];
  if (needsGram(settings)) {
    const job: CountJob = { kind: 'count', evidence: evidencePath, settings, output: join(at, 'count') };
    await pool.run(job, shardsOf(ITEMS, 3), (path, { from }) => void gram.push({ path, from }));
  }
  const fit: LearnJob = { kind: 'learn', evidence: evidencePath, settings, gram, output: join(at, 'learn') };
  const rows: RowFile[] = [];
  const precision: number[] = [];
  const signals = signalCount(counts);
  await pool.run(fit, shardsOf(signals, 4), (path, { from }) => {
    rows.push({ path, from });
    precision.push(...readLearnedFacts(path).precision);
  });
  const statistics = join(at, 'statistics');
  writeStatistics(statistics, statisticsOf(evidence, Float64Array.from(precision.slice(0, counts.items))));
  const factors = join(at, 'factors');
  writeArrays(factors, { factors: FACTORS });
  return { counts, rows, statistics, factors };
}

function recommenderOf(settings: Settings, length: number): Recommender {
  const { counts, rows, statistics } = learnt(WORLD, settings);
  return plainRecommender(
    modelOf(counts, [rows], [0], statistics, settings, FACTORS),
    audienceWith(settings.recency),
    length,
  );
}

test.each(METHODS)('children that share the work give the same lists as a single recommender (%s)', async (method) => {
  const at = folder();
  const settings = settingsWith({ method, weighting: method === 'jaccard' ? 'binary' : 'plain', neighbors: 5 });
  const pool = poolOf(2);
  const model = await learnIn(pool, at, settings);
  const audience = join(at, 'audience');
  writeAudience(audience, audienceWith(settings.recency));
  const recommender = recommenderOf(settings, 4);

  const lists: RecommendJob = {
    kind: 'recommend',
    model,
    settings,
    audience,
    rules: undefined,
    listLength: 4,
    layout: undefined,
    output: join(at, 'lists'),
  };
  const items: number[] = [];
  const lengths: number[] = [];
  await pool.run(lists, shardsOf(USERS, 7), (path) => {
    const { lists } = readLists(path);
    if (!('items' in lists)) throw new Error('these are lines');
    items.push(...lists.items);
    lengths.push(...lists.lengths);
  });
  const expected = WORLD.interactions.map((_, user) => recommender.recommend(user));
  expect(items).toEqual(expected.flatMap((list) => Array.from(list.items)));
  expect(lengths).toEqual(expected.map((list) => list.items.length));

  const cells = join(at, 'cells');
  const quotedNames = (letter: string, count: number) =>
    Array.from({ length: count }, (_, k) => `${letter}${k}, "${k}"`);
  const [userCells, itemCells] = [
    packedTexts(quotedNames('u', USERS), quoted),
    packedTexts(quotedNames('i', ITEMS), quoted),
  ];
  const columns = [
    { name: 'user_id', kind: 'user' as const },
    { name: 'item_id', kind: 'item' as const },
  ];
  writeArrays(cells, { ...quotedArrays('column0', userCells), ...quotedArrays('column1', itemCells) });
  const recommend: RecommendJob = {
    ...lists,
    layout: { format: 'csv', columns, precision: 6, reasons: 3, cells },
    output: join(at, 'recommend'),
  };
  const csv: Uint8Array[] = [];
  let users = 0;
  let rows = 0;
  await pool.run(recommend, shardsOf(USERS, 7), (path) => {
    const { counts, lists } = readLists(path);
    if ('lines' in lists) csv.push(lists.lines);
    users += counts.users;
    rows += counts.rows;
  });
  const lines = lineWriter({
    format: 'csv',
    columns: [userCells, itemCells].map((texts, k) => ({ ...columns[k]!, cells: texts })),
    listLength: 4,
    precision: 6,
  });
  expected.forEach((list, user) => {
    lines.add(user, list);
  });
  expect(Buffer.concat(csv).toString()).toBe(Buffer.from(lines.finish().lines).toString());
  expect([users, rows]).toEqual([USERS, lines.rows]);
});

test('children count the same Gram matrix as a single process', async () => {
  const at = folder();
  const settings = settingsWith({ neighbors: 4 });
  const { evidence } = learnt(WORLD, settings);
  const job: CountJob = { kind: 'count', evidence: join(at, 'evidence'), settings, output: join(at, 'count') };
  writeEvidence(job.evidence, evidence);
  const files: RowFile[] = [];
  await poolOf(3).run(job, shardsOf(ITEMS, 2), (path, { from }) => void files.push({ path, from }));
  const whole = gramRows(evidence, settings, PLAIN_KERNEL)(0, ITEMS);
  const joined = (name: 'pairs' | 'candidates') => stacked(...files.map(({ path }) => readMatrix(path, name)));
  expect(joined('pairs')).toEqual(whole.pairs);
  expect(joined('candidates')).toEqual(whole.candidates);
});

test('children give variants the same utilities as a single evaluator', async () => {
  const at = folder();
  const settings = settingsWith({ neighbors: 5 });
  const pool = poolOf(2);
  const model = await learnIn(pool, at, settings);
  const { counts, rows: learned, statistics } = learnt(WORLD, settings);
  const variants = [
    settings,
    { ...settings, recency: 2, popularityWeight: 30 },
    { ...settings, targetDamping: 0.5, power: 1.5 },
  ];
  const heldOut = join(at, 'held-out');
  writeArrays(heldOut, matrixArrays('heldOut', HELD_OUT));
  const job: TrialJob = {
    kind: 'trial',
    model,
    variants: variants.map((variant) => ({
      settings: variant,
      audience: join(at, `audience.${variant.recency}`),
      statistics: model.statistics,
    })),
    heldOut,
    listLength: 3,
    output: join(at, 'trial'),
  };
  for (const recency of [0.5, 2]) writeAudience(join(at, `audience.${recency}`), audienceWith(recency));
  const rows = variantBatches(job.variants).length * USERS;
  const utilities: number[] = [];
  await pool.run(job, shardsOf(rows, 6), (path) => {
    utilities.push(...arrayOf(readArrays(path), 'utilities', Float64Array));
  });
  const evaluator = variantEvaluator(
    { counts, parts: [learned], from: [0], factors: FACTORS },
    variants.map((variant) => ({ settings: variant, audience: audienceWith(variant.recency), statistics })),
    HELD_OUT,
    3,
    PLAIN_KERNEL.sumsOf,
  );
  expect(utilities).toEqual(Array.from(evaluator(0, rows)));
  expect(utilities.some((value) => value > 0)).toBe(true);
});

test('a missing shard of the Gram matrix ends the learning of the ridge with the number of its rows', async () => {
  const at = folder();
  const settings = settingsWith({});
  const evidence = join(at, 'evidence');
  writeEvidence(evidence, learnt(WORLD, settings).evidence);
  const job: LearnJob = { kind: 'learn', evidence, settings, gram: [], output: join(at, 'learn') };
  await expect(poolOf(1).run(job, shardsOf(ITEMS, ITEMS), () => {})).rejects.toThrow(
    'there are 0 rows where 13 are wanted',
  );
});

test('a child starts without any npm package, since loading one would take longer than all our code', async () => {
  const at = folder();
  cpSync(new URL('../../dist', import.meta.url), join(at, 'dist'), { recursive: true });
  writeFileSync(join(at, 'package.json'), '{ "type": "module" }');
  const child = new Child(pathToFileURL(join(at, 'dist/program/shard-worker.js')));
  await child.started;
  await child.end();
});
