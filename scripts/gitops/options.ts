import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { usualBranch, type Place } from '../branch/place.ts';
import { parseDuration } from '../release/duration.ts';
import { overridable, type Overridable } from '../release/flow.ts';
import { show } from '../shell/screen.ts';
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

function requireDuration(text: string): number {
  const milliseconds = parseDuration(text) ?? 0;
  if (milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError('It must be a duration of 1s or more, such as 90s or 2m.');
}

/** The value of an option that takes a whole number of 1 or more. */
export function requireCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number of 1 or more.');
  return Number(text);
}

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]);

/** The value of an option that takes a date, or a duration back from now. */
export function requireTime(text: string): Date {
  const age = parseDuration(text);
  if (age !== undefined) return new Date(Date.now() - age);
  if (time.safeParse(text).success) return new Date(text);
  throw new InvalidArgumentError(
    'It must be a date such as 2026-12-23, a time such as 2026-12-23T08:00:00Z, or a duration such as 7d.',
  );
}

/** The value of an option that takes a reason: one line of a commit's message. */
export function requireReason(text: string): string {
  const reason = text.trim();
  if (reason === '' || /\p{Cc}/u.test(reason))
    throw new InvalidArgumentError('It must be one line of text, and not empty.');
  return reason;
}

/** An option that lists rules to override. */
export function requireOverrides(text: string): Overridable[] {
  const rules = z.array(z.enum(overridable)).safeParse(text.split(','));
  if (rules.success) return rules.data;
  throw new InvalidArgumentError(`It must be a list of ${overridable.join(', ')}, such as soak,freeze.`);
}
