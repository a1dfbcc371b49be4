import { type Command, Option } from 'commander';
import type { EvidenceRules } from '../dataset/evidence-rules.js';
import { methodOfSpec, parametersOf } from '../pipeline/learning/method.js';
import { Group } from './help-groups.js';
import { picked, type Typed } from './typed.js';
import { age, date, finite } from './values.js';

/** Adds the options that decide which interactions are evidence; every command that learns has them. */
export function addEvidenceOptions(command: Command): Command {
  return command
    .optionsGroup(Group.learn)
    .addOption(new Option('--min-rating <rating>', 'do not learn from lower ratings: 4').argParser(finite))
    .option('--since <date>', 'do not learn from earlier events: 2024-06-30', date)
    .option('--half-life <age>', 'age at which events count half: 30d', age)
    .option('--attribute-weight <w>', 'how much shared attributes count; 0: not at all');
}

/** The options that were typed; undefined if none was. */
export function evidenceOptions(typed: Typed): EvidenceRules | undefined {
  const rules = picked(typed, 'minRating', 'since', 'halfLife', 'now');
  return Object.values(rules).some((value) => value !== undefined) ? Object.freeze(rules) : undefined;
}

/** `--attribute-weight W` as a value of `--set`. */
export function attributeWeightSet({ attributeWeight }: Typed): string[] {
  return attributeWeight === undefined ? [] : [`attribute-weight=${attributeWeight}`];
}

/** Adds `--attribute-weight` to an algorithm of `--algorithms` that has this setting but does not set it. @throws as `methodOfSpec`. */
export function withAttributeWeight(spec: string, typed: Typed): string {
  if (typed.attributeWeight === undefined) return spec;
  const { settings, fixed } = methodOfSpec(spec);
  const isOpen = !fixed.has('attributeWeight') && parametersOf(settings).some(({ key }) => key === 'attribute-weight');
  return [spec, ...(isOpen ? attributeWeightSet(typed) : [])].join(':');
}
