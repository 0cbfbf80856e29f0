import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { usualBranch, type Place } from '../branch/place.ts';
import { parseDuration } from '../release/duration.ts';
import { overridable } from '../release/flow.ts';
import { typedAs } from '../shell/command-line.ts';
import { show } from '../shell/screen.ts';
import { isBundled } from '../shell/typed.ts';
import type { Answer } from '../look/answer.ts';

/** What every command of one run is given. */
export interface Session {
  signal: AbortSignal;
  /** The environments of the folder that the command is called in. */
  environments: readonly string[];
  /** Gives the answer to whoever asked, and its exit code to the process. */
  print: (answer: Answer) => void;
}

/** The options that every command has. */
export interface CommonOptions {
  repo: string;
  remote: string;
  branch: string;
}

/** The options of a command that writes. */
export interface DeliveryOptions extends CommonOptions {
  deadline: number;
  dryRun?: boolean;
}

/** Adds the options of every command. `--json` is read before the others are parsed, since a usage error obeys it too. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--repo <directory>', 'a checkout of the repository', '.')
    .option('--remote <name>', 'the remote that the deliveries go to', 'origin')
    .option('--branch <name>', 'its branch that the deliveries go to', usualBranch(process.env))
    .option('--json', 'print one JSON document on standard output, and nothing else');
}

/** Adds the options of a command that writes. */
export function withDeliveryOptions(command: Command): Command {
  return withCommonOptions(command)
    .addOption(durationOption('--deadline <duration>', 'how long to go on when others are faster', '2m'))
    .option('--dry-run', 'say what would be done, and change nothing');
}

/** The arguments of two runs of a command, for the names of the first and the last environment. */
export type Examples = (first: string, last: string) => readonly string[];

const npmHint = '\n\nWithout -- npm takes the options for itself. scripts/README.md says more.';

const exitCodes = `Exit codes:
  0  done, or nothing to do
  1  a fault of the program
  2  usage or input
  3  refused by a rule, or by one of the server's
  4  others were faster until the deadline
  5  the remote, the registry or Argo CD refused, or was not reached
  6  the environment did not become healthy in time${isBundled ? '' : npmHint}`;

/** Adds to a command's help the environments that there are, what a person types, and how it ends. */
export function withHelp(command: Command, environments: readonly string[], examples: Examples): Command {
  const { 0: first = 'dev', [environments.length - 1]: last = 'production' } = environments;
  const names = environments.length > 0 ? `one of: ${environments.join(', ')}` : 'its folder in environments/';
  for (const argument of command.registeredArguments) argument.description = names;
  const typed = examples(first, last).map((args) => `  ${typedAs(command, ...(args ? [args] : []))}`);
  return command.addHelpText('after', ['', 'Examples:', ...typed, '', exitCodes].join('\n'));
}

/** The place of a command, from its options and the process. */
export function createPlace({ repo, remote, branch }: CommonOptions, signal: AbortSignal): Place {
  return {
    directory: repo,
    remote,
    branch,
    signal,
    env: process.env,
    now: () => new Date(),
    log: (line) => {
      show(line, process.stderr);
    },
  };
}

/** An option that takes a duration of 1s or more, in milliseconds. */
export function durationOption(flags: string, description: string, usual: string): Option {
  return new Option(flags, description).argParser(requireDuration).default(requireDuration(usual), usual);
}

/** Makes the parser of an option's value, which refuses one of another form. */
function parserOf<Value>(parse: (text: string) => Value | undefined, form: string): (text: string) => Value {
  return (text) => {
    const value = parse(text);
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`It must be ${form}.`);
  };
}

const requireDuration = parserOf((text) => {
  const milliseconds = parseDuration(text) ?? 0;
  return milliseconds > 0 ? milliseconds : undefined;
}, 'a duration of 1s or more, such as 90s or 2m');

/** The value of an option that takes a whole number of 1 or more. */
export const requireCount = parserOf(
  (text) => (/^[1-9]\d*$/.test(text) ? Number(text) : undefined),
  'a whole number of 1 or more',
);

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]);

/** The value of an option that takes a date, or a duration back from now. */
export const requireTime = parserOf((text) => {
  const age = parseDuration(text);
  if (age !== undefined) return new Date(Date.now() - age);
  return time.safeParse(text).success ? new Date(text) : undefined;
}, 'a date such as 2026-12-23, a time such as 2026-12-23T08:00:00Z, or a duration such as 7d');

/** The value of an option that takes a reason: one line of a commit's message. */
export const requireReason = parserOf((text) => /^\P{Cc}+$/u.exec(text.trim())?.[0], 'one line of text, and not empty');

const overrides = z.array(z.enum(overridable)).transform((rules) => overridable.filter((rule) => rules.includes(rule)));

/** The value of an option that lists rules to override: each once, in one order. */
export const requireOverrides = parserOf(
  (text) => overrides.safeParse(text.split(',')).data,
  `a list of ${overridable.join(', ')}, such as soak,freeze`,
);
