import { Command, CommanderError, type Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { Failure } from './failure.ts';
import { typed } from './typed.ts';

// npm 11 takes --to for the beginning of an option of its own.
const longerNames: Readonly<Record<string, string>> = { to: 'token-description' };

/** Creates the command line of an entry, which adds its commands; a usage error is a Failure. */
export function createCommandLine(name: string): Command {
  return new Command(name)
    .version(manifest.version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ commandUsage: (command) => typedAs(command, command.usage()) });
}

/** Runs the command that the arguments name. */
export async function runCommandLine(program: Command): Promise<void> {
  const { command, args } = findCommand(program, process.argv.slice(2));
  refuseTakenOptions(command, args);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usage(command, error);
  }
}

/** What a person types to run a command with arguments. */
export function typedAs(command: Command, ...args: readonly string[]): string {
  const { parent } = command;
  if (parent) return typedAs(parent, command.name(), ...args);
  return command.name() === 'gitops' ? typed(...args) : typed(command.name(), ...args);
}

/** The command that the first words name, and the words that are left. */
function findCommand(command: Command, args: readonly string[]): { command: Command; args: readonly string[] } {
  const [name, ...rest] = args;
  const named = command.commands.find((known) => known.name() === name);
  return named ? findCommand(named, rest) : { command, args };
}

function usage(command: Command, { code, message }: CommanderError): Failure {
  const problem = code === 'commander.help' ? 'No command is given.' : message.replace(/^error: /, '');
  const [missing] = code === 'commander.missingArgument' ? command.registeredArguments : [];
  return new Failure(
    'usage',
    missing?.description ? `${problem}: ${missing.description}` : problem,
    `${typedAs(command, '--help')} ${command.commands.length > 0 ? 'lists the commands and their options' : 'shows its options'}.`,
  );
}

/**
 * Refuses a command whose options npm has taken for itself. Without `--` before them npm passes options only as variables of the
 * environment, so the command would run without them.
 * @throws {Failure} `usage` with the line that was meant.
 */
function refuseTakenOptions(command: Command, args: readonly string[]): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const taken = command.options.flatMap((option) => {
    const value = args.includes(option.long ?? '') ? undefined : findValue(option);
    return value === undefined ? [] : [{ option, value }];
  });
  if (taken.length === 0) return;
  // npm passes the value of an option that it does not know as one more argument.
  const expected = args.slice(0, command.registeredArguments.length);
  const more = args.slice(expected.length);
  const areOptions = more[0]?.startsWith('-') ?? false;
  const withoutValue = taken.filter(({ option, value }) => option.required && value === 'true');
  const spare = withoutValue.length === 1 && more.length === 1 && !areOptions ? more[0] : undefined;
  const words = (areOptions ? args : expected).map(quote);
  const options = taken.map(({ option, value }) => writeOption(option, value === 'true' ? spare : value));
  throw new Failure(
    'usage',
    `npm took ${taken.map(({ option }) => option.long).join(' and ')} for itself: nothing was done.`,
    `Write -- before the options: ${typedAs(command, ...words, ...options)}`,
  );
}

function findValue({ long = '' }: Option): string | undefined {
  const name = long.slice(2);
  const read = (known: string) => process.env[`npm_config_${known.replaceAll('-', '_')}`];
  return read(name) ?? read(longerNames[name] ?? name);
}

function writeOption({ long = '', flags, required }: Option, value: string | undefined): string {
  if (!required) return long;
  return value === undefined ? flags : `${long} ${quote(value)}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
