import type { Observations } from '../src/model/evidence.js';
import type { Settings } from '../src/model/settings.js';
import type { BalanceName } from '../src/workers/balance.js';

/** Seconds that each stage took. */
export interface StageSeconds {
  learn: number;
  score: number;
}

/**
 * Learns and recommends in forked children as the program does, without its reading and writing.
 *
 * @param built the folder of the built program, whose worker is forked.
 */
export async function sharded(
  seen: Observations,
  settings: Settings,
  workers: number,
  built: URL,
  balance: BalanceName = 'least-loaded',
): Promise<StageSeconds> {
  const load = (file: string) => import(new URL(file, built).href);
  const { startRun }: typeof import('../src/pipeline/run.js') = await load('pipeline/run.js');
  const { learn }: typeof import('../src/pipeline/learning/learn.js') = await load('pipeline/learning/learn.js');
  const { audienceOf, scoringCosts }: typeof import('../src/ranking/audience.js') = await load('ranking/audience.js');
  const { planShards, MIN_SHARD_COST }: typeof import('../src/workers/plan.js') = await load('workers/plan.js');
  const { writeAudience }: typeof import('../src/workers/run-files.js') = await load('workers/run-files.js');
  const { rowLengths }: typeof import('../src/matrix/sparse.js') = await load('matrix/sparse.js');
  const { writeArrays }: typeof import('../src/files/array-file.js') = await load('files/array-file.js');
  const { packedTexts }: typeof import('../src/csv/quoted-cells.js') = await load('csv/quoted-cells.js');
  const { quotedArrays }: typeof import('../src/csv/quoted-cells.js') = await load('csv/quoted-cells.js');
  const run = startRun({ workers, balance, quiet: true }, process);
  try {
    const places = (count: number) => Uint32Array.from({ length: count }, (_, at) => at);
    const keys = { users: places(seen.interactions.rows), items: places(seen.interactions.columns) };
    const learned = await learn(run, seen, () => keys, settings);
    const learnt = run.seconds();
    const { rows: users, columns: items } = seen.interactions;
    const nothing = { start: new Uint32Array(users + 1), index: new Uint32Array(0), value: new Float32Array(0) };
    const known = { ...seen, times: undefined, excluded: { ...seen.interactions, ...nothing } };
    const audience = audienceOf(known, (byUser) => byUser, settings, { includeSeen: false });
    const [audiencePath, cells] = [run.directory.file('audience'), run.directory.file('cells')];
    writeAudience(audiencePath, audience);
    const names = (count: number) => packedTexts(Array.from({ length: count }, (_, k) => String(k + 1)));
    writeArrays(cells, { ...quotedArrays('column0', names(users)), ...quotedArrays('column1', names(items)) });
    const job = {
      kind: 'recommend' as const,
      model: learned.model,
      settings,
      audience: audiencePath,
      rules: undefined,
      listLength: 10,
      layout: {
        format: 'csv' as const,
        columns: [
          { name: 'user_id', kind: 'user' as const },
          { name: 'item_id', kind: 'item' as const },
          { name: 'rank', kind: 'rank' as const },
          { name: 'score', kind: 'score' as const },
        ],
        precision: 6,
        reasons: 3,
        cells,
      },
      output: run.directory.file('recommend'),
    };
    await run.pool.run(
      job,
      planShards(scoringCosts(rowLengths(audience.signals), learned.cellsPerRow), MIN_SHARD_COST),
      () => {},
    );
    return { learn: learnt, score: run.seconds() - learnt };
  } finally {
    await run.end();
  }
}
