/** An option as a shell completes it. */
export interface OptionShape {
  /** `--json`. */
  readonly long: string;
  readonly description: string;
  /** It takes a value. */
  readonly valued: boolean;
  /** What the value may be, where that is a list. */
  readonly choices: readonly string[];
}

/** A command as a shell completes it. */
export interface CommandShape {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionShape[];
  /** What its argument may be, where that is a list and no file. */
  readonly choices: readonly string[];
}

const words = (list: readonly string[]): string => list.join(' ');

/** Every option with a list of values, once. */
const valuedOptions = (commands: readonly CommandShape[]): [long: string, choices: readonly string[]][] => [
  ...new Map(
    commands.flatMap(({ options }) =>
      options
        .filter(({ choices }) => choices.length > 0)
        .map(({ long, choices }): [string, readonly string[]] => [long, choices]),
    ),
  ),
];

const bash = (commands: readonly CommandShape[]): string => `# bash completion of paretou
_paretou() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word list=
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${commands.map(({ name }) => name).join('|')}) command=$word; break ;;
    esac
  done
  if [[ -z $command ]]; then
    list="${words([...commands.map(({ name }) => name), 'help', '--help', '--version'])}"
    COMPREPLY=($(compgen -W "$list" -- "$cur"))
    return
  fi
  case $prev in
${valuedOptions(commands)
  .map(([long, choices]) => `    ${long}) list="${words(choices)}" ;;`)
  .join('\n')}
  esac
  if [[ -z $list && $cur == -* ]]; then
    case $command in
${commands
  .map(({ name, options }) => `      ${name}) list="${words(options.map(({ long }) => long))}" ;;`)
  .join('\n')}
    esac
  elif [[ -z $list ]]; then
    case $command in
${commands
  .filter(({ choices }) => choices.length > 0)
  .map(({ name, choices }) => `      ${name}) list="${words(choices)}" ;;`)
  .join('\n')}
    esac
  fi
  [[ -z $list ]] || COMPREPLY=($(compgen -W "$list" -- "$cur"))
}
complete -o default -F _paretou paretou`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Text of a description in a specification of zsh. */
const zshText = (text: string): string => text.replace(/[\\[\]:]/g, (character) => `\\${character}`);

const zshOption = ({ long, description, valued, choices }: OptionShape): string => {
  const value = choices.length > 0 ? `:value:(${words(choices)})` : ':value:_files';
  return quoted(`*${long}[${zshText(description)}]${valued ? value : ''}`);
};

const zsh = (commands: readonly CommandShape[]): string => `#compdef paretou
_paretou() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${zshText(description)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands
  .map(({ name, options, choices }) => {
    const argument = choices.length > 0 ? `'*:value:(${words(choices)})'` : `'*:file:_files'`;
    return `    ${name}) _arguments ${options.map(zshOption).join(' ')} ${argument} ;;`;
  })
  .join('\n')}
  esac
}
if [[ $funcstack[1] == _paretou ]]; then _paretou "$@"; else compdef _paretou paretou; fi`;

const fish = (commands: readonly CommandShape[]): string =>
  [
    '# fish completion of paretou',
    ...commands.flatMap(({ name, description, options, choices }) => {
      const within = `-n '__fish_seen_subcommand_from ${name}'`;
      return [
        `complete -c paretou -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
        ...(choices.length === 0 ? [] : [`complete -c paretou ${within} -f -a ${quoted(words(choices))}`]),
        ...options.map(({ long, description: text, valued, choices: values }) =>
          [
            `complete -c paretou ${within} -l ${long.slice(2)}`,
            ...(valued ? ['-r'] : []),
            ...(values.length === 0 ? [] : [`-f -a ${quoted(words(values))}`]),
            `-d ${quoted(text)}`,
          ].join(' '),
        ),
      ];
    }),
  ].join('\n');

/** The shells that there are scripts for, with what makes them. */
export const SHELLS = { bash, zsh, fish } as const;

/** Name of a shell. */
export type Shell = keyof typeof SHELLS;
