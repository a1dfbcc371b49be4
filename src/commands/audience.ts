import { bindExpression } from '../conditions/binder.js';
import { countingInteractions } from '../dataset/evidence-rules.js';
import type { Io } from '../io.js';
import { firstRows, rowOf, type SparseRows } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import type { AudienceOptions } from '../pipeline/options.js';
import { answerLines } from '../pipeline/output/list-output.js';
import { answerFrom } from '../pipeline/question.js';
import { audienceOf } from '../ranking/audience.js';
import { itemScores } from '../ranking/item-scores.js';
import { findItem } from '../saved-model/find.js';

/**
 * `recommend audience`: of the users for whom the conditions hold, those for whom an item scores most. Users who had it, or whose profiles
 * exclude it, are left out.
 * @returns, @throws as `answerFrom`; Failure 65 for an unknown item.
 */
export async function audience(options: AudienceOptions, io: Io): Promise<number> {
  return answerFrom(options, io, async (model, write, run) => {
    const item = findItem(options.item, model, model.names, run.info);
    const now = run.startedAt.getTime() / 1000;
    const dataset = model.dataset({ keepColumns: options.where.length > 0, now, dayOrder: undefined });
    const { served, userIds } = dataset;
    const { dayOrder, method } = model.facts;
    const columns = { item: dataset.itemColumns, user: dataset.userColumns };
    const conditions = options.where.map((each) => bindExpression(each, columns, now, dayOrder ?? undefined));
    for (const { unreadable } of conditions) unreadable.forEach(run.warn);
    const servedRows = (byUser: SparseRows) => firstRows(byUser, served);
    const counting = countingInteractions(dataset);
    const { signals, had, excluded } = audienceOf(counting, servedRows, method.settings, { includeSeen: false });
    const isLeftOut = (user: number) =>
      [had, excluded].some((each) => each && rowOf(each, user).includes(item)) ||
      !conditions.every((condition) => condition.matches(item, user));
    const best = new TopN(Math.min(options.top, served));
    itemScores(model.model, signals, item).forEach((score, user) => {
      if (!isLeftOut(user)) best.offer(user, score);
    });
    const scores = new Float64Array(best.size);
    const users = best.drain(scores);
    const columnsShown = [
      { name: 'user_id', kind: 'item' as const, texts: userIds },
      { name: 'rank', kind: 'rank' as const, texts: [] },
      { name: 'score', kind: 'score' as const, texts: [] },
    ];
    const { header, newWriter } = answerLines('csv', columnsShown, options.top, options.safeCsv);
    const writer = newWriter();
    writer.add(0, { items: users, scores });
    await write(header);
    await write(writer.finish().lines);
  });
}
