import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { Failure } from './failure.ts';
import { refuseTakenOptions } from './taken-options.ts';

/** Creates the command line of an entry, which adds its commands; a usage error is a Failure. */
export function createCommandLine(name: string): Command {
  return new Command(name)
    .version(manifest.version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ commandUsage: (command) => `${typedAs(command)} ${command.usage()}` });
}

/**
 * Runs the command that the arguments name.
 * @throws {Failure} `usage`, and what the command throws.
 */
export async function runCommandLine(program: Command): Promise<void> {
  const [name, ...rest] = process.argv.slice(2);
  const named = program.commands.find((known) => known.name() === name);
  const command = named ?? program;
  const args = named ? rest : process.argv.slice(2);
  refuseTakenOptions(command, { line: typedAs(command), args }, process.env);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usage(command, error);
  }
}

/** What a person types to run a command, up to its arguments. */
export function typedAs(command: Command): string {
  const { parent } = command;
  const name = command.name();
  return !parent || Object.hasOwn(manifest.scripts, name)
    ? `npm run ${name} --`
    : `npm run ${parent.name()} -- ${name}`;
}

function usage(command: Command, { code, message }: CommanderError): Failure {
  const problem = code === 'commander.help' ? 'No command is given.' : message.replace(/^error: /, '');
  const [missing] = code === 'commander.missingArgument' ? command.registeredArguments : [];
  return new Failure(
    'usage',
    missing?.description ? `${problem}: ${missing.description}` : problem,
    `${typedAs(command)} --help ${command.parent ? 'shows its options' : 'lists the commands and their options'}.`,
  );
}
