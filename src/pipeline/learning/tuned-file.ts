import type { Dataset } from '../../dataset/dataset.js';
import { countingInteractions } from '../../dataset/evidence-rules.js';
import { badData } from '../../failure.js';
import { smallTextOf } from '../../files/stats.js';
import { byKey, HYPER_PARAMETERS, type Settings } from '../../model/settings.js';
import { plural } from '../../quantities.js';
import { type AutoRecord, asOptions, assignments } from '../../tuning/tuning-report.js';
import { hashOf } from '../finished/hash.js';
import type { Options } from '../options.js';
import { writeOrWarn } from '../output/outcome.js';
import type { Run } from '../run.js';
import type { Method } from './method.js';
import { type ChosenSettings, chooseSettings, kindsIn } from './tune.js';

/* The file of `--tuned`: the settings that `auto` found, when, and on what data, so that later runs can see whether they still fit. */

const WHAT = 'settings that auto of recommend found';
const MS_PER_DAY = 86_400_000;

type TunedFile = ReturnType<typeof tunedFile>;

/** The JSON in the file. Users read it. */
function tunedFile(
  options: Options,
  settings: Settings,
  auto: AutoRecord,
  data: ReturnType<typeof factsOf>,
  now: Date,
) {
  return {
    what: WHAT,
    version: options.version,
    tuned: now.toISOString(),
    /** The options that give the same lists without tuning, and those of them that the user had set. */
    options: asOptions(settings),
    set: setBy(options),
    settings: byKey(settings),
    gain: auto.gain,
    data,
    explanation: auto.explanation,
  };
}

/**
 * The tuned settings in a file; undefined if it is missing or empty.
 * @throws Failure 65 for a file that `--tuned` did not write or that was changed since: it may be somebody's data.
 */
export function readTunedFile(path: string): TunedFile | undefined {
  const text = smallTextOf(path);
  if (text === '') return undefined;
  const { check, ...kept } = membersIn(text);
  const isOurs = kept.what === WHAT;
  if (isOurs && check === hashOf(kept)) return kept as unknown as TunedFile;
  const why = isOurs ? 'was altered since --tuned wrote it' : 'cannot be read as a file that --tuned wrote';
  throw badData(`${path} ${why}; it stays as it is: name another, or remove it and auto tunes again`);
}

function membersIn(text: string | undefined): { [name: string]: unknown } {
  try {
    return Object(JSON.parse(text ?? ''));
  } catch {
    return {};
  }
}

/** Reuses the settings of the file as long as they fit; otherwise tunes and writes the file. */
export async function reuseOrTune(run: Run, options: Options, dataset: Dataset): Promise<ChosenSettings> {
  const { tuned: path, method } = options;
  if (path === undefined) return chooseSettings(run, dataset, method);
  const kept = readTunedFile(path);
  const data = factsOf(countingInteractions(dataset));
  const now = run.startedAt;
  const why = kept && whyRetune(kept, data, options, now);
  if (kept && why === undefined) return reused(path, kept, method, now);
  if (why !== undefined) run.info(`${path}: tuned again: ${why}`);
  const chosen = await chooseSettings(run, dataset, method);
  const { settings, auto } = chosen;
  // With too few users nothing was tried, and with lost rows the result may be worse than possible: let the next run tune again.
  if (!auto || auto.trials.length === 0 || run.lost.length > 0) return chosen;
  const found = tunedFile(options, settings, auto, data, now);
  const text = JSON.stringify({ ...found, check: hashOf(found) }, undefined, 2);
  await writeOrWarn(run, 'tuned settings', path, `${text}\n`);
  return chosen;
}

function reused(path: string, { settings, tuned, gain }: TunedFile, method: Method, now: Date): ChosenSettings {
  const found = Object.fromEntries(HYPER_PARAMETERS.map(({ key, setting }) => [setting, settings[key]]));
  const explanation = `settings of ${path}, tuned ${ago(daysFrom(tuned, now))} on about the same data`;
  return {
    settings: { ...method.settings, ...found },
    auto: { explanation, table: '', gain, trials: [], coldTrials: [] },
  };
}

/** Why the settings may no longer fit; undefined if they do. */
function whyRetune(kept: TunedFile, data: TunedFile['data'], options: Options, now: Date): string | undefined {
  const { method, retune } = options;
  if (`${Object.keys(kept.settings)}` !== `${Object.keys(byKey(method.settings))}`)
    return `version ${kept.version}, which wrote it, has other settings`;
  const set = setBy(options);
  if (kept.set !== set) return `it was tuned with ${kept.set || 'no --set'}, and this run has ${set || 'none'}`;
  const days = daysFrom(kept.tuned, now);
  if (days > retune) return `it was tuned ${ago(days)}`;
  if (days < -1) return `it says that it was tuned on ${kept.tuned}, which is still to come`;
  for (const kind of ['times', 'attributes', 'groups'] as const)
    if (kept.data[kind] !== data[kind]) return `the data has ${data[kind] ? '' : 'no '}${kind} now`;
  for (const count of ['interactions', 'users', 'items'] as const) {
    const [then, more] = [kept.data[count], data[count] - kept.data[count]];
    // In whole numbers, so that exactly a tenth does not count as more than a tenth.
    if (10 * Math.abs(more) > then)
      return `${Math.round((100 * Math.abs(more)) / then)} % ${more > 0 ? 'more' : 'fewer'} ${count} than when it was tuned`;
  }
  return undefined;
}

function factsOf(dataset: Dataset) {
  const { userIds, itemIds, interactions } = dataset;
  const counts = { users: userIds.length, items: itemIds.length, interactions: interactions.index.length };
  return { ...counts, ...kindsIn(dataset) };
}

/** The options set by hand that affect tuning, as typed. `--since` may move daily and shows in the number of interactions instead. */
function setBy({ method: { settings, fixed }, evidence = {} }: Options): string {
  const { minRating, halfLife } = evidence;
  return [
    ...assignments(Object.fromEntries([...fixed].map((setting) => [setting, settings[setting]]))),
    ...(minRating === undefined ? [] : [`--min-rating ${minRating}`]),
    ...(halfLife === undefined ? [] : [`--half-life ${halfLife / 86_400}d`]),
  ].join(' ');
}

function daysFrom(date: string, now: Date): number {
  return (now.getTime() - Date.parse(date)) / MS_PER_DAY;
}

function ago(days: number): string {
  return days < 1 ? 'less than a day ago' : `${plural(Math.floor(days), 'day')} ago`;
}
