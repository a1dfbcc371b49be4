import { jsonText } from '../csv/printable.js';
import { packedTexts, type QuotedCells } from '../csv/quoted-cells.js';
import { type LineColumn, LineWriter } from '../output/list-lines.js';
import { type Reasons, ReasonWriter, reasonName } from '../output/reason-cells.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import { causesOf } from '../pipeline/list-output.js';
import type { List } from '../ranking/list-rules.js';
import type { ServedModel } from './served-model.js';

/** Whose list it is, and what stands in it beside items and scores. */
export interface ListHead {
  name: 'user_id' | 'item_id';
  id: string | undefined;
  titles: boolean;
  reasons?: Reasons | undefined;
}

/** Writes lists as a batch run writes them into JSON Lines. */
export class ListJson {
  readonly #cells: { ids: QuotedCells; titles: QuotedCells };
  readonly #reasons: ReasonWriter;

  constructor({ names, facts: { counts } }: ServedModel) {
    this.#cells = { ids: packedTexts(names.itemIds, jsonText), titles: packedTexts(names.titles, jsonText) };
    const causes = causesOf({ ...names, userIds: [], itemColumns: [], userColumns: [] });
    const cells = packedTexts(causes, (name) => reasonName(name, 'json'));
    this.#reasons = new ReasonWriter('json', { cells, counts }, SCORE_DIGITS);
  }

  /** @param listLength the most items. */
  line(list: List, listLength: number, { name, id, titles, reasons }: ListHead): string {
    const head = packedTexts([id ?? ''], (text) => (id === undefined ? 'null' : jsonText(text)));
    const columns: LineColumn[] = [
      { name, kind: 'user', cells: head },
      { name: 'item_id', kind: 'item', cells: this.#cells.ids },
      { name: 'rank', kind: 'rank' },
      { name: 'score', kind: 'score' },
    ];
    if (titles) columns.push({ name: 'title', kind: 'item', cells: this.#cells.titles });
    if (reasons) columns.push({ name: 'reasons', kind: 'reasons' });
    const layout = { columns, listLength, precision: SCORE_DIGITS, reasons: this.#reasons };
    const writer = new LineWriter({ format: 'jsonl', ...layout });
    writer.add(0, list, reasons);
    return Buffer.from(writer.finish().lines).toString().trimEnd();
  }
}
