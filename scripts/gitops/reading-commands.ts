import { setFlagsFromString } from 'node:v8';
import { Option, type Command } from 'commander';
import { parseTag } from '../release/image.ts';
import { audit } from '../look/audit.ts';
import { candidates } from '../look/candidates.ts';
import { audiences, type Audience } from '../look/checks.ts';
import { diff } from '../look/diff.ts';
import { doctor } from '../look/doctor.ts';
import { history } from '../look/history.ts';
import { metrics } from '../look/metrics.ts';
import { review } from '../look/review.ts';
import {
  createPlace,
  durationOption,
  requireCount,
  requireTime,
  withCommonOptions,
  withHelp,
  type CommonOptions,
  type Examples,
  type Session,
} from './options.ts';
import { status } from '../look/status.ts';

type ReviewingOptions = CommonOptions & { target?: string } & Parameters<typeof review>[1];

// For a file or a pipe, which has no width.
const widest = 1_000;

/** Adds the commands that read, and change nothing. */
export function addReadingCommands(program: Command, { signal, environments, print }: Session): void {
  const columns = process.stdout.isTTY ? process.stdout.columns : widest;
  const add = (usage: string, description: string, examples: Examples) =>
    withCommonOptions(withHelp(program.command(usage).description(description), environments, examples));

  add('status', 'tell what runs where', (_, last) => ['', `--candidates ${last}`])
    .option('--candidates <environment>', 'tell what may come to an environment, and when')
    .action(async (options: CommonOptions & { candidates?: string }) => {
      const [place, { candidates: name }] = [createPlace(options, signal), options];
      print(await (name === undefined ? status(place, columns) : candidates(place, name, columns)));
    });

  add('history <environment>', 'tell its deliveries, newest first', (_, last) => [last, `${last} --limit 100`])
    .option('--limit <count>', 'how many at the most', requireCount, 20)
    .action(async (environment: string, options: CommonOptions & { limit: number }) => {
      print(await history(createPlace(options, signal), environment, { ...options, columns }));
    });

  add('diff <environment>', 'show what the cluster would see', (_, last) => [last, `${last} --commits`])
    .option('--to <tag>', 'the release (default: the one that comes next)', (text) => parseTag(text, '--to'))
    .option('--commits', 'tell the commits that it would bring, and not the manifests')
    .action(async (environment: string, options: CommonOptions & Parameters<typeof diff>[2]) => {
      print(await diff(createPlace(options, signal), environment, options));
    });

  add('review', 'tell what a merge would change, and whether the rules allow it now', () => [
    '',
    '--target main --json',
  ])
    .option('--target <branch>', 'the branch that it would be merged into (default: as --branch)')
    .option('--only-environments', 'refuse what changes anything else, as no delivery does')
    .option('--markdown', 'as Markdown, for a note')
    .action(async (options: ReviewingOptions) => {
      const { target = process.env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME ?? options.branch } = options;
      print(await review(createPlace({ ...options, branch: target }, signal), options));
    });

  add('audit', 'name each change that broke a rule, or that nobody may overlook', () => [
    '--since 30d',
    '--strict --json',
  ])
    .option('--since <time>', 'only those since a date, or for a duration', requireTime)
    .option('--strict', 'end with 3 for notices too')
    .action(async (options: CommonOptions & Parameters<typeof audit>[1]) => {
      print(await audit(createPlace(options, signal), options));
    });

  add('metrics [environment]', 'tell the four DORA measures by weeks, newest first', (_, last) => [
    `${last} --since 90d`,
    '--json',
  ])
    .option('--since <time>', 'only the weeks from that of a date on, or of a duration back', requireTime)
    .action(async (environment: string | undefined, options: CommonOptions & { since?: Date }) => {
      print(await metrics(createPlace(options, signal), environment, { since: options.since, columns }));
    });

  add('board', 'write a static site that shows all of it', () => ['', '--output public'])
    .option('--output <folder>', 'where it is written', 'public')
    .option('--serve [port]', 'serve it to this machine instead, and follow what changes', requireCount)
    .action(async ({ output, serve, ...options }: CommonOptions & { output: string; serve?: number | true }) => {
      const place = createPlace(options, signal);
      // Years of deliveries leave much garbage, and a job has little memory: it is collected early.
      for (const flag of ['--semi-space-growth-factor=1', '--max-semi-space-size=4', '--heap-growing-percent=20'])
        setFlagsFromString(flag);
      // What draws takes longer to load than most commands to run.
      const [{ writeBoard }, { serveBoard }] = [await import('../board/board.ts'), await import('../board/serve.ts')];
      if (serve === undefined) print(await writeBoard(place, output));
      else await serveBoard(place, serve === true ? 0 : serve);
    });

  const usual: Audience = process.env.CI === undefined ? 'laptop' : 'pipeline';
  add('doctor', 'check what is needed here, and say what mends it', () => ['', '--for operator'])
    .addOption(new Option('--for <place>', 'what it is to be good for').choices(Object.keys(audiences)).default(usual))
    .addOption(durationOption('--timeout <duration>', 'how long each check may take', '20s'))
    .action(async (options: CommonOptions & { for: Audience; timeout: number }) => {
      print(await doctor(createPlace(options, signal), options));
    });
}
