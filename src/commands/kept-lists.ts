import { LISTS, type ListsFile } from '../output/lists-file.js';
import type { Shard } from '../shards/plan.js';
import type { ScoreAnswer } from '../shards/protocol.js';
import { checkSum } from '../storage/check-sum.js';
import type { AtHand, Keeping } from './handing-on.js';
import type { KeptWork } from './kept.js';
import { partOf } from './kept-rows.js';

const NOTHING = new Uint8Array(0);

/** How lists are kept: as the bytes of the output, of which the first are at hand. */
export interface KeptLists {
  keeping: Keeping<ScoreAnswer>;
  /** The header is there. */
  isBegun: boolean;
}

/**
 * Sees how many of the shards lie in the output file, one behind the other and unaltered, and goes on behind them.
 * @param header what the file begins with.
 */
export async function keptLists(
  kept: KeptWork,
  file: ListsFile,
  header: string,
  shards: readonly Shard[],
): Promise<KeptLists> {
  const first = Buffer.from(header);
  const isBegun = kept.listsOf(0, shards[0]?.to ?? 0) !== undefined && file.sumOf(0, first.length) === checkSum(first);
  const atHand = new Map<number, AtHand<ScoreAnswer>[]>();
  let end = isBegun ? first.length : 0;
  let next = 0;
  for (const shard of isBegun ? shards : []) {
    const found = listsAt(kept, file, shard, end);
    if (!found) break;
    atHand.set(shard.from, found.parts);
    end = found.end;
    next = shard.to;
  }
  kept.forget('recommending', next);
  await file.goOn(end);
  return {
    isBegun,
    keeping: {
      atHand: (shard) => atHand.get(shard.from),
      keep: ({ csv, rows, short, empty }, { from, to }) => {
        const at = file.length - csv.length;
        kept.keepLists({ from, to, rows, short, empty, at, end: file.length, sum: checkSum(csv) }, file.path);
      },
      lose: (shard, why) => kept.keepLost('recommending', shard, why),
    },
  };
}

/** The lists of a shard, if they lie in the file from that byte on. */
function listsAt(
  kept: KeptWork,
  file: ListsFile,
  shard: Shard,
  at: number,
): { parts: AtHand<ScoreAnswer>[]; end: number } | undefined {
  let end = at;
  const parts: AtHand<ScoreAnswer>[] = [];
  const listed = kept.listsOf(shard.from, shard.to);
  if (!listed) return undefined;
  for (const part of listed) {
    const rows = partOf(shard, part);
    if ('why' in part) {
      parts.push({ shard: rows, why: part.why });
      continue;
    }
    const { entry } = part;
    if (entry.at !== end || file.sumOf(entry.at, entry.end) !== entry.sum) {
      kept.drop('recommending', part, `its lists are not in the ${LISTS} of the run that was cut`);
      return undefined;
    }
    end = entry.end;
    const users = part.to - part.from;
    const { short, empty } = entry;
    parts.push({ shard: rows, answer: { kind: 'score', csv: NOTHING, users, rows: entry.rows, short, empty } });
  }
  return { parts, end };
}
