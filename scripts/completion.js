// Writes the scripts that complete the command line in bash, zsh and fish (dist/completion/), from the options of the built program.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, OPTIONS, ROOT, TOPICS } from './commands.js';

const SHELLS = { bash, zsh, fish };
/** The words that may follow these commands instead of options. */
const WORDS = { help: TOPICS, completion: Object.keys(SHELLS) };

mkdirSync(join(ROOT, 'dist/completion'), { recursive: true });
for (const [shell, script] of Object.entries(SHELLS)) writeFileSync(join(ROOT, 'dist/completion', shell), script());

function bash() {
  const cases = Object.entries(OPTIONS).flatMap(([command, options]) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ names, words, files, isList }) => {
        const patterns = names.map((name) => `'${command} ${name}'`).join(' | ');
        return `    ${patterns}) words='${words.join(' ')}' files=${files ? 'yes' : ''} list=${isList ? 'yes' : ''} ;;`;
      }),
  );
  const names = Object.entries(OPTIONS).map(
    ([command, options]) =>
      `        '${command}') words='${options.flatMap((option) => option.names).join(' ')}' rest=yes ;;`,
  );
  return `# Completes the command line of recommend in bash: source <(recommend completion bash)
_recommend() {
  local current=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD-1]} command= words= files= list= rest= before=
  # Bash splits --option=value at the equals sign.
  if [[ $current == = ]]; then
    current=
  elif [[ $option == = ]]; then
    option=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in ${COMMANDS.join(' | ')}) command=\${COMP_WORDS[1]} ;; esac
  fi
  case "$command $option" in
${cases.join('\n')}
    *)
      case $command in
${names.join('\n')}
${Object.entries(WORDS)
  .map(([command, words]) => `        '${command}') words='${words.join(' ')}' ;;`)
  .join('\n')}
      esac
      if ((COMP_CWORD == 1)); then words="${COMMANDS.join(' ')} $words"; fi
      # Several files may follow one option.
      if [[ $rest && -n $current && $current != -* ]]; then files=yes; fi
      ;;
  esac
  if [[ $list ]]; then
    before=\${current%"\${current##*,}"}
    current=\${current##*,}
  fi
  COMPREPLY=($(compgen -P "$before" -W "$words" -- "$current"))
  if [[ $files ]]; then
    local IFS=$'\\n'
    compopt -o filenames 2> /dev/null
    COMPREPLY+=($(compgen -f -- "$current"))
  elif [[ $COMPREPLY == *= ]]; then
    compopt -o nospace 2> /dev/null
  fi
}
complete -F _recommend recommend
`;
}

function zsh() {
  const spec = ({ names, description, takesValue, words, files, isList, flags }) => {
    const help = `[${description.replaceAll(/[\\[\]]/g, '\\$&')}]`;
    const how = [
      words.length > 0 && `${isList ? '_values -s ,' : '_values'} value ${words.join(' ')}`,
      files && '_files',
    ].filter(Boolean);
    const value = /<(.*)>/.exec(flags)?.[1];
    const action = how.length > 1 ? `{ ${how.join('; ')} }` : (how[0] ?? ' ');
    const argument = takesValue ? `:${value}:${action}` : '';
    const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
    const each = names.map((name) => quoted(`${repeats(flags) ? '*' : excluded(names)}${name}${help}${argument}`));
    return each.map((text) => `    ${text}`).join(' \\\n');
  };
  const excluded = (names) => (names.length > 1 ? `(${names.join(' ')})` : '');
  const repeats = (flags) => flags.startsWith('--set ');
  const options = (command) => OPTIONS[command].map(spec).join(' \\\n');
  return `#compdef recommend
# Completes the command line of recommend in zsh: source <(recommend completion zsh), after compinit
_recommend() {
  if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
    compadd ${COMMANDS.join(' ')}
    return
  fi
  case $words[2] in
${Object.entries(WORDS)
  .map(([command, words]) => `  ${command})\n    ((CURRENT == 3)) && compadd ${words.join(' ')}\n    ;;`)
  .join('\n')}
${Object.keys(OPTIONS)
  .filter((command) => command !== '')
  .map(
    (command) => `  ${command})
    shift words
    ((CURRENT--))
    _arguments \\
${options(command)} \\
    '*:file:_files'
    ;;`,
  )
  .join('\n')}
  *)
    _arguments \\
${options('')} \\
    '*:file:_files'
    ;;
  esac
}
if [[ $funcstack[1] == _recommend ]]; then
  _recommend "$@"
else
  compdef _recommend recommend
fi
`;
}

function fish() {
  const quoted = (text) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
  const line = (...words) => ['complete', '-c', 'recommend', ...words].join(' ');
  const isIn = (command) =>
    command === ''
      ? `'not __fish_seen_subcommand_from ${COMMANDS.join(' ')}'`
      : `'__fish_seen_subcommand_from ${command}'`;
  const option = (command, { names, description, takesValue, words, files }) => {
    const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
    const value = !takesValue ? [] : files ? ['-r', '-F'] : ['-x'];
    const choices = words.length === 0 ? [] : ['-a', quoted(words.join(' '))];
    return line('-n', isIn(command), ...spelled, ...value, ...choices, '-d', quoted(description));
  };
  return `${[
    '# Completes the command line of recommend in fish: recommend completion fish | source',
    line('-n', '__fish_is_first_token', '-f', '-a', quoted(COMMANDS.join(' '))),
    ...Object.entries(WORDS).map(([command, words]) => line('-n', isIn(command), '-f', '-a', quoted(words.join(' ')))),
    ...Object.entries(OPTIONS).flatMap(([command, options]) => options.map((each) => option(command, each))),
  ].join('\n')}\n`;
}
