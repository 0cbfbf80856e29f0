import { type Command, InvalidArgumentError } from 'commander';
import { usualBranch } from '../branch/place.ts';
import type { Place } from '../branch/place.ts';
import { parseDuration } from '../release/duration.ts';

/** The options that every command has. */
export interface CommonOptions {
  repo: string;
  remote: string;
  branch: string;
}

/** The options of a command that writes, besides. */
export interface DeliveryOptions extends CommonOptions {
  deadline: number;
  dryRun: boolean;
}

// Milliseconds.
const usualDeadline = 120_000;

/** Adds what every command can be told; `--json` is looked for before all else, since a failure obeys it too. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--repo <directory>', 'a checkout of the repository', '.')
    .option('--remote <name>', 'the remote that the deliveries go to', 'origin')
    .option('--branch <name>', 'its branch that the deliveries go to', usualBranch(process.env))
    .option('--json', 'print one JSON document on standard output, and nothing else');
}

/** Adds what a command that writes can be told besides. */
export function withDeliveryOptions(command: Command): Command {
  return withCommonOptions(command)
    .option(
      '--deadline <duration>',
      'how long to go on when others are faster (2m)',
      requireDuration,
      usualDeadline,
    )
    .option('--dry-run', 'say what would be done, and change nothing', false);
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
      console.error(line);
    },
  };
}

/** Milliseconds of an option that is a duration, in which something can be done. */
export function requireDuration(text: string): number {
  const milliseconds = parseDuration(text) ?? 0;
  if (milliseconds === 0) throw new InvalidArgumentError('It is no duration from 1s on, such as 90s or 2m.');
  return milliseconds;
}

/** An option that is a whole number from 1 on. */
export function requireCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It is no whole number from 1 on.');
  return Number(text);
}

/** The time that an option names: a date, or a duration back from now. */
export function requireTime(text: string): Date {
  const age = parseDuration(text);
  const time =
    age === undefined ? new Date(/^\d{4}-\d\d-\d\d/.test(text) ? text : NaN) : new Date(Date.now() - age);
  if (!Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError('It is no date such as 2026-12-23, and no duration such as 7d.');
}

/** An option that tells why, in one line of a commit's message. */
export function requireReason(text: string): string {
  const reason = text.trim();
  if (reason === '' || /\p{Cc}/u.test(reason)) throw new InvalidArgumentError('It is no line of text.');
  return reason;
}
