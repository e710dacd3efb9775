import { Command, CommanderError } from 'commander';
import { EXIT_CODES, ParetouError, usageError } from '../errors.js';
import { COMMANDS } from './commands.js';
import { messageLine } from '../safe-text.js';
import { fitLines } from '../text.js';
import { note, print, printJson, terminalColumns } from './streams.js';
import { messageWithFlags } from './setting-flags.js';
import { version } from './version.js';

/** Version of the shape in which `--json` reports an error. */
export const ERROR_SCHEMA = 'paretou/error@1';

const HELP = `
Examples:
  paretou estimate model.tflite --accelerator-config ethos-u55-128
  paretou estimate model.tflite --accelerator-config u55,u65 --json
  paretou help estimate

Exit codes: 0 done; 1 internal fault; 2 usage; 3 bad input file or configuration; 4 nothing met the constraints,
or figures are not Vela's; 5 some designs failed; 130 interrupted.`;

/**
 * Runs one command line: results go to stdout, all else to stderr.
 *
 * @param argv the arguments, without interpreter and program
 * @returns the exit code; a command that ends in another way than done or failed sets `process.exitCode` itself
 */
export async function run(argv: readonly string[]): Promise<number> {
  fitLines(terminalColumns());
  try {
    const program = await buildProgram(argv);
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return fail(error, argv);
  }
}

async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('paretou')
    .description(
      'Cycles, bytes and memory of quantised TFLite networks on Arm Ethos-U, and which changes pay off.',
    )
    .helpCommand(true)
    .addHelpText('after', HELP);
  if (argv.includes('--version') || argv.includes('-V')) program.version(version());
  else program.option('-V, --version', 'print the version');
  for (const { name, summary, load } of COMMANDS) {
    if (argv.includes(name)) program.addCommand((await load()).summary(summary));
    else program.command(name).summary(summary);
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: print,
      writeErr: (text) => void process.stderr.write(text),
      outputError: () => undefined,
    });
  }
  return program;
}

function fail(error: unknown, argv: readonly string[]): number {
  const known = error instanceof CommanderError ? asUsageError(error, argv) : error;
  const kind = known instanceof ParetouError ? known.kind : 'internal';
  const message =
    known instanceof ParetouError
      ? messageWithFlags(known)
      : messageLine(
          `internal fault: ${known instanceof Error ? known.message : String(known)}; run it again with --debug and report what it prints`,
        );
  const debug = argv.includes('--debug');
  note(`error: ${debug && known instanceof Error ? (known.stack ?? message) : message}`);
  if (argv.includes('--json')) {
    printJson({ schema: ERROR_SCHEMA, error: { kind, message, exit_code: EXIT_CODES[kind] } });
  }
  return EXIT_CODES[kind];
}

/** The parser's complaint as one sentence. */
function asUsageError(error: CommanderError, argv: readonly string[]): ParetouError {
  if (error.code === 'commander.help') return usageError('a command is needed; see paretou --help');
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?');
  const command = COMMANDS.find(({ name }) => argv.includes(name));
  const help = command === undefined ? 'paretou --help' : `paretou ${command.name} --help`;
  const advice = hint === '' ? `see ${help}` : hint;
  return usageError(`${first.replace(/\.$/, '')}; ${advice}`);
}
