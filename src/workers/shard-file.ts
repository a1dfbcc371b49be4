import { basename, dirname, join } from 'node:path';
import { type Arrays, publishArrays } from '../files/array-file.js';
import { ownTag, removeLeftBehind } from '../files/owner.js';

/*
 * A finished shard is a file. It is written under a temporary name, which holds the tag of the writing process, and then renamed:
 * renamed means finished. So any process can make any shard, even twice or at the same time as another; readers look for its name.
 */

const UNFINISHED = '.shard-';

/** Rows `from` up to, but not including, `to`. */
export interface Rows {
  from: number;
  to: number;
}

/** The file of a shard. @param output path prefix that names the stage and what it was made from. */
export function shardPath(output: string, { from, to }: Rows): string {
  return `${output}-${from}-${to}`;
}

/** The rows in the name of a shard file; undefined if the file is not a finished shard of this stage. @param stage a name, not a path. */
export function rowsInName(name: string, stage: string): Rows | undefined {
  if (!name.startsWith(`${stage}-`)) return undefined;
  const [, from, to] = /^(\d+)-(\d+)$/.exec(name.slice(stage.length + 1)) ?? [];
  return from === undefined ? undefined : { from: Number(from), to: Number(to) };
}

/** Writes the answer to a shard. @returns its path. */
export function writeShard(output: string, rows: Rows, arrays: Arrays): string {
  const path = shardPath(output, rows);
  publishArrays(path, arrays, join(dirname(path), `${UNFINISHED}${ownTag()}.${basename(path)}`));
  return path;
}

/** Removes unfinished shards of processes that are certainly gone. */
export function removeUnfinished(folder: string): void {
  removeLeftBehind(folder, UNFINISHED, '\\..*');
}
