import { type Command, Option } from 'commander';
import type { EvidenceRules } from '../dataset/evidence-rules.js';
import { Group } from './help-groups.js';
import { age, finite, moment } from './values.js';

/** Commander's own keys and types for the options of `addEvidenceOptions`. */
export type TypedEvidence = Partial<EvidenceRules>;

/** Adds the options that decide what is learned from; every command that learns has them. */
export function addEvidenceOptions(command: Command): Command {
  return command
    .optionsGroup(Group.learn)
    .addOption(
      new Option('--min-rating <rating>', 'lower ratings are no likes, but the items are had').argParser(finite),
    )
    .option('--since <date>', 'nor is what was before; 2024-06-30', moment)
    .option('--half-life <age>', 'what is that much older counts half: 30d', age)
    .option('--now <date>', 'ignore rows after it, and count ages from it', moment);
}

/** The options that were typed; undefined: none was. */
export function evidenceOptions({ minRating, since, halfLife, now }: TypedEvidence): EvidenceRules | undefined {
  const rules = { minRating, since, halfLife, now };
  return Object.values(rules).some((value) => value !== undefined) ? Object.freeze(rules) : undefined;
}
