import { checkSum } from '../files/check-sum.js';
import type { ListsEntry } from '../files/journal-entries.js';
import { LISTS, type ListsFile } from '../files/lists-file.js';
import type { Shard } from '../workers/plan.js';
import type { ScoreAnswer } from '../workers/protocol.js';
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
 * Sees how many of the shards lie in the output file, one behind the other and unaltered, and goes on behind them; or where a user
 * among them was lost, who is tried again: what lies behind is put behind that list.
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
  const found: Found = { end: isBegun ? first.length : 0, stays: isBegun ? first.length : 0, next: 0, hasGap: false };
  for (const shard of isBegun ? shards : []) {
    const parts = listsAt(kept, file, shard, found);
    if (!parts) break;
    atHand.set(shard.from, parts);
  }
  kept.forget('recommending', found.next);
  await file.goOn(found.stays, found.end);
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

/** How far the lists have been found. */
interface Found {
  /** Bytes of the file that hold lists, and of them those that stay where they are. */
  end: number;
  stays: number;
  /** The user behind those. */
  next: number;
  /** A user was lost: what lies behind moves. */
  hasGap: boolean;
}

/** The lists of a shard, if they lie in the file behind those that were found; they are found then. */
function listsAt(kept: KeptWork, file: ListsFile, shard: Shard, found: Found): AtHand<ScoreAnswer>[] | undefined {
  const now = { ...found };
  const parts: AtHand<ScoreAnswer>[] = [];
  const listed = kept.listsOf(shard.from, shard.to);
  if (!listed) return undefined;
  for (const part of listed) {
    const rows = partOf(shard, part);
    const { entry } = part;
    if (!entry) {
      parts.push({ shard: rows, answer: undefined });
      now.hasGap = true;
      continue;
    }
    const { at, end, sum } = entry;
    if (at !== now.end || file.sumOf(at, end) !== sum) {
      kept.drop('recommending', part, `its lists are not in the ${LISTS} of the run that was cut`);
      return undefined;
    }
    const isMoved = now.hasGap;
    const csv = () => (isMoved ? file.setAside(at, end) : NOTHING);
    parts.push({ shard: rows, isMoved, answer: () => answerOf(entry, csv()) });
    now.end = end;
    if (!isMoved) Object.assign(now, { stays: end, next: part.to });
  }
  Object.assign(found, now);
  return parts;
}

function answerOf({ from, to, rows, short, empty }: ListsEntry, csv: Uint8Array): ScoreAnswer {
  return { kind: 'score', csv, users: to - from, rows, short, empty };
}
