import { Command, CommanderError } from 'commander';
import { Failure } from './failure.ts';

/** An entry's command line, to which it adds its commands; what is wrong with one is a failure as any other. */
export function createCommandLine(name: string): Command {
  return new Command(name).exitOverride().configureOutput({ writeErr: () => undefined });
}

/**
 * Runs the command that the arguments name.
 * @throws {Failure} `usage`, and what the command throws.
 */
export async function runCommandLine(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usage(program.name(), error);
  }
}

function usage(name: string, { code, message }: CommanderError): Failure {
  const problem = code === 'commander.help' ? 'No command is given.' : message.replace(/^error: /, '');
  return new Failure('usage', problem, `npm run ${name} -- --help lists the commands and their options.`);
}
