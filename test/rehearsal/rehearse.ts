import { join } from 'node:path';
import { createCommandLine, runCommandLine } from '../../scripts/shell/command-line.ts';
import { runMain } from '../../scripts/shell/run-main.ts';
import { rehearse } from './play.ts';
import { Stage } from './stage.ts';

await runMain(async (signal) => {
  const program = createCommandLine('rehearse')
    .description('Plays the whole way from a merge to a healthy service on this machine, in a temporary folder.')
    .option('--keep', 'leave the folder, to look around in it', false)
    .action(async ({ keep }: { keep: boolean }) => {
      await using stage = await Stage.create({ keep, signal });
      await rehearse(stage, join(import.meta.dirname, '../..'));
    });
  await runCommandLine(program);
});
