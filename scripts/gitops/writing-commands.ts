import type { Command } from 'commander';
import { parseTag } from '../release/image.ts';
import type { DeliveryResult } from '../deliver/deliver.ts';
import { deploy, parseDeployedImage } from '../deliver/deploy.ts';
import { hold, resume } from '../deliver/hold.ts';
import { createWorld, requireReason, withDeliveryOptions } from './options.ts';
import type { DeliveryOptions } from './options.ts';
import { promote } from '../deliver/promote.ts';
import { formatDelivered } from '../deliver/outcome.ts';
import { rollback } from '../deliver/rollback.ts';

/** Adds the commands that write: each makes one commit, or none. */
export function addDeliveries(program: Command, signal: AbortSignal): void {
  const add = (usage: string, description: string) =>
    withDeliveryOptions(program.command(usage).description(description));
  const world = (options: DeliveryOptions) => createWorld(options, signal);
  const print = (result: DeliveryResult, options: DeliveryOptions) => {
    console.log(formatDelivered(result, options));
  };

  add('deploy <environment>', 'put a new release into the first environment')
    .option('--tag <tag>', 'the release (default: CI_COMMIT_SHORT_SHA)')
    .option('--digest <digest>', 'the digest of its image (default: IMAGE_DIGEST)')
    .action(async (environment: string, options: DeliveryOptions & { tag?: string; digest?: string }) => {
      const image = parseDeployedImage(options, process.env);
      print(await deploy(world(options), environment, image), options);
    });

  add('promote <environment>', 'copy the release of the environment before it').action(
    async (environment: string, options: DeliveryOptions) => {
      print(await promote(world(options), environment), options);
    },
  );

  add('rollback <environment>', 'return to a release that it ran before, and hold it there')
    .option('--to <tag>', 'the release (default: the one before the present one)')
    .requiredOption('--reason <text>', 'why', requireReason)
    .action(async (environment: string, options: DeliveryOptions & { to?: string; reason: string }) => {
      const to = options.to === undefined ? undefined : parseTag(options.to, '--to');
      print(await rollback(world(options), environment, { to, reason: options.reason }), options);
    });

  add('hold <environment>', 'make every delivery to it refuse')
    .requiredOption('--reason <text>', 'why', requireReason)
    .action(async (environment: string, options: DeliveryOptions & { reason: string }) => {
      print(await hold(world(options), environment, options.reason), options);
    });

  add('resume <environment>', 'let deliveries into it again').action(
    async (environment: string, options: DeliveryOptions) => {
      print(await resume(world(options), environment), options);
    },
  );
}
