import type { Command } from 'commander';
import { parseTag } from '../release/image.ts';
import { advance } from '../deliver/advance.ts';
import type { DeliveryResult } from '../deliver/deliver.ts';
import { deploy, parseDeployedImage } from '../deliver/deploy.ts';
import { hold, holdAll, resume, resumeAll } from '../deliver/hold.ts';
import { overridable } from '../release/flow.ts';
import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import {
  createPlace,
  durationOption,
  requireOverrides,
  requireReason,
  withDeliveryOptions,
  withHelp,
  type DeliveryOptions,
  type Examples,
  type Session,
} from './options.ts';
import { promote, type Promotion } from '../deliver/promote.ts';
import { formatDelivered, toDocument } from '../deliver/outcome.ts';
import { rollback } from '../deliver/rollback.ts';
import { wait, type WaitOptions } from '../deliver/wait.ts';

/** Adds the commands that write: each makes one commit, or none. */
export function addWritingCommands(program: Command, { signal, environments, print }: Session): void {
  const add = (usage: string, description: string, examples: Examples) =>
    withDeliveryOptions(withHelp(program.command(usage).description(description), environments, examples));
  const place = ({ deadline, dryRun = false, ...options }: DeliveryOptions) => {
    return { ...createPlace(options, signal), deadline, dryRun };
  };
  const show = (result: DeliveryResult) => {
    print({ document: toDocument(result), text: formatDelivered(result) });
  };
  const showAll = (results: readonly DeliveryResult[]) => {
    const text = results.map(formatDelivered).join('\n') || 'Nothing to do.';
    print({ document: results.map(toDocument), text });
  };

  add('deploy <environment>', 'put a new release into the first environment', (first) => [
    `${first} --tag 3f9c1b2a --digest sha256:…`,
    `${first} --dry-run`,
  ])
    .option('--tag <tag>', 'the release (default: CI_COMMIT_SHORT_SHA)')
    .option('--digest <digest>', 'the digest of its image (default: IMAGE_DIGEST)')
    .action(async (environment: string, options: DeliveryOptions & { tag?: string; digest?: string }) => {
      const image = parseDeployedImage(options, process.env);
      show(await deploy(place(options), environment, image));
    });

  add('promote <environment>', 'bring the newest release that is ripe in the environment before it', (_, last) => [
    `${last} --dry-run`,
    `${last} --release 3f9c1b2a --override soak --reason 'the login is open'`,
  ])
    .option('--release <tag>', 'the release (default: the newest that may come)', (text) => parseTag(text, '--release'))
    .option('--override <rules>', `rules to let it past: ${overridable.join(', ')}`, (text, before?: string[]) =>
      requireOverrides([...(before ?? []), text].join(',')),
    )
    .option('--reason <text>', 'why', requireReason)
    .action(async (environment: string, options: DeliveryOptions & Promotion) => {
      const { release, override, reason } = options;
      if (override ? release === undefined || reason === undefined : reason !== undefined) {
        const fault = override ? 'An override needs --release and --reason.' : 'Only an override has a --reason.';
        const hint = typed('promote', environment, '--release <tag> --override soak --reason <text>');
        throw new Failure('usage', fault, hint);
      }
      show(await promote(place(options), environment, options));
    });

  add('advance', 'promote whatever may come, where the flow says auto: true', () => ['--dry-run', '--json']).action(
    async (options: DeliveryOptions) => {
      print(await advance(place(options)));
    },
  );

  add('rollback <environment>', 'return to a release that it ran before, and hold it there', (_, last) => [
    `${last} --reason 'errors since 14:00'`,
    `${last} --reason 'errors since 14:00' --to 3f9c1b2a`,
  ])
    .option('--to <tag>', 'the release (default: the one before the present one)', (text) => parseTag(text, '--to'))
    .requiredOption('--reason <text>', 'why', requireReason)
    .action(async (environment: string, options: DeliveryOptions & Parameters<typeof rollback>[2]) => {
      show(await rollback(place(options), environment, options));
    });

  add('hold [environment]', 'make every delivery to it refuse', (_, last) => [
    `${last} --reason 'load test until 16:00'`,
    `--all --reason 'the database moves'`,
  ])
    .option('--all', 'hold all environments, to stop the line')
    .requiredOption('--reason <text>', 'why', requireReason)
    .action(async (name: string | undefined, options: DeliveryOptions & { all?: true; reason: string }) => {
      const environment = requireOneOrAll(name, options);
      if (environment === undefined) showAll(await holdAll(place(options), options.reason));
      else show(await hold(place(options), environment, options.reason));
    });

  add('resume [environment]', 'let deliveries into it again', (_, last) => [last, '--all'])
    .option('--all', 'let all go on that were held by hold --all')
    .action(async (name: string | undefined, options: DeliveryOptions & { all?: true }) => {
      const environment = requireOneOrAll(name, options);
      if (environment === undefined) showAll(await resumeAll(place(options)));
      else show(await resume(place(options), environment));
    });

  add('wait <environment>', 'wait until its release is healthy, and keep the verdict of Argo CD', (first) => [
    `${first} --timeout 20m`,
    `${first} --or-rollback`,
  ])
    .addOption(durationOption('--timeout <duration>', 'how long to wait', '10m'))
    .option('--or-rollback', 'return to the release before when it has failed, and hold nothing')
    .action(async (environment: string, options: DeliveryOptions & WaitOptions) => {
      print(await wait(place(options), environment, options));
    });
}

function requireOneOrAll(environment: string | undefined, { all = false }: { all?: boolean }): string | undefined {
  if (all === (environment === undefined)) return environment;
  throw new Failure('usage', 'Name one environment, or --all.', `${typed('status')} lists them.`);
}
