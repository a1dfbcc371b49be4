import { jsonText } from '../csv/printable.js';
import { packedTexts } from '../csv/quoted-cells.js';
import { type LineColumn, lineWriter } from '../output/list-lines.js';
import { type Reasons, reasonName, reasonWriter } from '../output/reason-cells.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import { causesOf } from '../pipeline/output/list-output.js';
import type { List } from '../ranking/list-rules.js';
import type { ServedModel } from './served-model.js';

/** The owner of a list, and what it contains beside items and scores. */
export interface ListHead {
  name: 'user_id' | 'item_id';
  id: string | undefined;
  titles: boolean;
  reasons?: Reasons | undefined;
}

/** Writes a list like a batch run writes it into JSON Lines. @param listLength the maximum length. */
export type ListJson = (list: List, listLength: number, head: ListHead) => string;

/** A function that writes lists of a model. */
export function listJson({ names, facts: { counts } }: ServedModel): ListJson {
  const ids = packedTexts(names.itemIds, jsonText);
  const ofTitles = packedTexts(names.titles, jsonText);
  const causes = causesOf({ ...names, userIds: [], itemColumns: [], userColumns: [] });
  const cells = packedTexts(causes, (name) => reasonName(name, 'json'));
  const ofReasons = reasonWriter('json', { cells, counts }, SCORE_DIGITS);
  return (list, listLength, { name, id, titles, reasons }) => {
    const head = packedTexts([id ?? ''], (text) => (id === undefined ? 'null' : jsonText(text)));
    const columns: LineColumn[] = [
      { name, kind: 'user', cells: head },
      { name: 'item_id', kind: 'item', cells: ids },
      { name: 'rank', kind: 'rank' },
      { name: 'score', kind: 'score' },
    ];
    if (titles) columns.push({ name: 'title', kind: 'item', cells: ofTitles });
    if (reasons) columns.push({ name: 'reasons', kind: 'reasons' });
    const layout = { columns, listLength, precision: SCORE_DIGITS, reasons: ofReasons };
    const writer = lineWriter({ format: 'jsonl', ...layout });
    writer.add(0, list, reasons);
    return Buffer.from(writer.finish().lines).toString().trimEnd();
  };
}
