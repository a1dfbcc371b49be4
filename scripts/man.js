// Writes the man page, dist/recommend.1, from the options of the built program and the topics of its help.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { algorithmsHelp, OPTIONS, ROOT, TOPICS, topicText, USAGES } from './commands.js';

const { version, description } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const changes = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
/** The day of the last release; not today, so that the same sources make the same page. */
const [, released = ''] = /^## \d\S* \((\d{4}-\d\d-\d\d)\)/m.exec(changes) ?? [];

/** The first topics, in the order in which readers need them; the others follow. */
const ORDER = [
  'input',
  'columns',
  'ratings',
  'events',
  'rules',
  'where',
  'lists',
  'output',
  'nightly',
  'models',
  'resources',
];
/** Topics that are left out: the list of topics, and those that are elsewhere on the page. */
const ELSEWHERE = ['topics', 'algorithms', ...Object.keys(OPTIONS)];
const topics = [...new Set([...ORDER, ...TOPICS])].filter((topic) => !ELSEWHERE.includes(topic));

writeFileSync(join(ROOT, 'dist/recommend.1'), `${page().join('\n')}\n`);

function page() {
  const main = OPTIONS[''];
  return [
    `.TH RECOMMEND 1 ${released} "recommend ${version}" "User commands"`,
    '.ad l',
    '.nh',
    '.SH NAME',
    `recommend \\- ${text(description)}`,
    '.SH SYNOPSIS',
    '.nf',
    ...[
      ...USAGES.map(({ usage }) => `${usage} [OPTION]...`),
      'recommend help [TOPIC]',
      'recommend completion SHELL',
    ].map(text),
    '.fi',
    '.SH OPTIONS',
    ...optionList(main),
    ...USAGES.slice(1).flatMap(({ name, description }) => [
      `.SH ${text(name.toUpperCase())}`,
      ...filled(description),
      ...ownOptions(name, main),
    ]),
    ...topics.flatMap((topic) => topicLines(topicText(topic))),
    '.SH ALGORITHMS',
    ...algorithmLines(algorithmsHelp()),
  ];
}

/** The options of another command: in full those of its own, and the names of those that it shares with the main one. */
function ownOptions(command, main) {
  const isShared = ({ flags, choices }) =>
    main.some((option) => option.flags === flags && `${option.choices}` === `${choices}`);
  const own = OPTIONS[command].filter((option) => !isShared(option));
  const shared = OPTIONS[command].filter(isShared).map(({ names }) => names.at(-1));
  return [...optionList(own), '.PP', ...filled(`These options mean the same as above: ${shared.join(', ')}.`)];
}

function optionList(options) {
  const groups = [...new Set(options.map(({ group }) => group))];
  return groups.flatMap((group) => [
    `.SS "${text(group)}"`,
    ...options
      .filter((option) => option.group === group)
      .flatMap(({ flags, description, choices }) => {
        const isComplete = choices.every((choice) => description.includes(choice));
        const more = isComplete ? '' : `\nOne of: ${choices.join(', ')}.`;
        return ['.TP', `.B "${text(flags)}"`, ...filled(`${description}.${more}`)];
      }),
  ]);
}

/** Converts a topic: headings, paragraphs, lists, and lines indented by four, which keep their line breaks. */
function topicLines(markdown) {
  let isAfterHeading = false;
  return markdown
    .trimEnd()
    .split(/\n\n+|\n(?=- )/)
    .flatMap((block) => {
      const paragraph = isAfterHeading ? [] : ['.PP'];
      const [, marks, heading] = /^(#+) (.*)$/.exec(block) ?? [];
      isAfterHeading = marks !== undefined;
      if (marks === '#') return [`.SH ${text(heading.toUpperCase())}`];
      if (marks === '##') return [`.SS "${text(heading)}"`];
      if (block.startsWith('- ')) return ['.IP \\(bu 2', ...filled(block.slice(2))];
      if (!block.startsWith('    ')) return [...paragraph, ...filled(block)];
      return [...paragraph, '.RS 2', '.nf', ...unfilled(block.replaceAll(/^ {4}/gm, '')), '.fi', '.RE'];
    });
}

/** Converts the list of algorithms and settings: terms on the left, their descriptions on the right. */
function algorithmLines(help) {
  return help
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      if (!line.startsWith(' ')) return ['.fi', '.PP', ...filled(line)];
      const [, term, rest = line.trim()] = /^ {2}(\S.*?) {2,}(.*)$/.exec(line) ?? [];
      return term === undefined ? unfilled(rest) : ['.fi', '.TP', `.B "${text(term)}"`, '.nf', ...unfilled(rest)];
    })
    .slice(2);
}

/** Text that roff fills into lines, whatever its line breaks. */
function filled(words) {
  return unfilled(words.replaceAll(/\s*\n\s*/g, '\n'));
}

function unfilled(lines) {
  return lines.split('\n').map((line) => text(line).replace(/^(?=[.'])/, '\\&'));
}

/** Escapes text for roff. */
function text(plain) {
  const escapes = { '\\': '\\e', '-': '\\-', "'": '\\(aq', '"': '\\(dq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti' };
  return plain
    .replaceAll(/[\\\-'"`^~]/g, (character) => escapes[character])
    .replaceAll(
      /[^\n\x20-\x7e]/gu,
      (character) => `\\[u${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}
