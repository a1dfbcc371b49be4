import type { Io } from '../io.js';
import type { ExplainOptions } from '../pipeline/options.js';
import { answerFrom } from '../pipeline/question.js';
import { explainedLists } from '../pipeline/recommend-lists.js';
import { inputsForRules } from '../pipeline/rules/offer.js';
import { readWithRules } from '../pipeline/rules/read.js';
import { meanLength } from '../ranking/audience.js';
import { explanationText, userFacts } from '../report/explanation.js';
import { findUser } from '../saved-model/find.js';

/** `recommend explain`: the facts about a user, their list, and why. @returns, @throws as `answerFrom`; Failure 65 for an unknown user. */
export async function explain(options: ExplainOptions, io: Io): Promise<number> {
  return answerFrom(options, io, async (model, write, run) => {
    let user = -1;
    const read = async () => {
      const known = model.dataset(inputsForRules(run, options.rules));
      user = findUser(options.user, model, known.userIds);
      // The question may be about any user that the model knows.
      return { dataset: { ...known, served: known.userIds.length } };
    };
    const how = { ...options, encoding: undefined, named: {}, dayOrder: options.rules.dayOrder };
    const { data, rules } = await readWithRules(run, how, options.top, read);
    const { dataset } = data;
    const { settings } = model.facts.method;
    const learned = { model: model.files, settings, cellsPerRow: meanLength(model.rowLengths), key: undefined };
    const [list] = await explainedLists(run, dataset, Uint32Array.of(user), rules, learned, options);
    const [lost] = run.lost;
    if (lost) throw new Error(`no list could be made: ${lost.why}`);
    const explanation = { ...userFacts(dataset, user), items: list?.items ?? [] };
    const isText = options.format === 'text';
    await write(isText ? explanationText(explanation) : `${JSON.stringify(explanation, undefined, 2)}\n`);
  });
}
