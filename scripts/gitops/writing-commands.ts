import type { Command } from 'commander';
import { parseTag } from '../release/image.ts';
import type { DeliveryResult } from '../deliver/deliver.ts';
import { deploy, parseDeployedImage } from '../deliver/deploy.ts';
import { hold, resume } from '../deliver/hold.ts';
import { createPlace, requireDuration, requireReason, withDeliveryOptions } from './options.ts';
import type { DeliveryOptions } from './options.ts';
import { promote } from '../deliver/promote.ts';
import { formatDelivered, toDocument } from '../deliver/outcome.ts';
import type { Session } from './session.ts';
import { rollback } from '../deliver/rollback.ts';
import { wait } from '../deliver/wait.ts';

/** Adds the commands that write: each makes one commit, or none. */
export function addWritingCommands(program: Command, { signal, print }: Session): void {
  const add = (usage: string, description: string) =>
    withDeliveryOptions(program.command(usage).description(description));
  const place = ({ deadline, dryRun, ...options }: DeliveryOptions) => {
    return { ...createPlace(options, signal), deadline, dryRun };
  };
  const show = (result: DeliveryResult) => {
    print({ document: toDocument(result), text: formatDelivered(result) });
  };

  add('deploy <environment>', 'put a new release into the first environment')
    .option('--tag <tag>', 'the release (default: CI_COMMIT_SHORT_SHA)')
    .option('--digest <digest>', 'the digest of its image (default: IMAGE_DIGEST)')
    .action(async (environment: string, options: DeliveryOptions & { tag?: string; digest?: string }) => {
      const image = parseDeployedImage(options, process.env);
      show(await deploy(place(options), environment, image));
    });

  add('promote <environment>', 'copy the release of the environment before it').action(
    async (environment: string, options: DeliveryOptions) => {
      show(await promote(place(options), environment));
    },
  );

  add('rollback <environment>', 'return to a release that it ran before, and hold it there')
    .option('--to <tag>', 'the release (default: the one before the present one)')
    .requiredOption('--reason <text>', 'why', requireReason)
    .action(async (environment: string, options: DeliveryOptions & { to?: string; reason: string }) => {
      const to = options.to === undefined ? undefined : parseTag(options.to, '--to');
      show(await rollback(place(options), environment, { to, reason: options.reason }));
    });

  add('hold <environment>', 'make every delivery to it refuse')
    .requiredOption('--reason <text>', 'why', requireReason)
    .action(async (environment: string, options: DeliveryOptions & { reason: string }) => {
      show(await hold(place(options), environment, options.reason));
    });

  add('resume <environment>', 'let deliveries into it again').action(
    async (environment: string, options: DeliveryOptions) => {
      show(await resume(place(options), environment));
    },
  );

  add('wait <environment>', 'wait until its release is healthy, and keep the verdict of Argo CD')
    .option('--timeout <duration>', 'how long (10m)', requireDuration, 600_000)
    .option('--or-rollback', 'return to the release before when it has failed, and hold nothing', false)
    .action(
      async (environment: string, options: DeliveryOptions & { timeout: number; orRollback: boolean }) => {
        print(await wait(place(options), environment, options));
      },
    );
}
