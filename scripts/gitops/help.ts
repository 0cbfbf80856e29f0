import type { Command } from 'commander';
import { typedAs } from '../shell/command-line.ts';

/** The arguments of two runs of a command, for the names of the first and the last environment. */
export type Examples = (first: string, last: string) => readonly string[];

const exitCodes = `Exit codes:
  0  done, or nothing to do
  1  a fault of the program
  2  usage or input
  3  refused by a rule, or by one of the server's
  4  others were faster until the deadline
  5  the remote, the registry or Argo CD refused, or was not reached
  6  the environment did not become healthy in time

Without -- npm takes the options for itself. scripts/README.md says more.`;

/** Adds to a command's help the environments that there are, what a person types, and how it ends. */
export function withHelp(command: Command, environments: readonly string[], examples: Examples): Command {
  const { 0: first = 'dev', [environments.length - 1]: last = 'production' } = environments;
  const names = environments.length > 0 ? `one of: ${environments.join(', ')}` : 'its folder in environments/';
  for (const argument of command.registeredArguments) argument.description = names;
  // A line without arguments needs no --.
  const typed = examples(first, last).map((args) => `  ${typedAs(command)} ${args}`.replace(/ -- $/, ''));
  return command.addHelpText('after', ['', 'Examples:', ...typed, '', exitCodes].join('\n'));
}
