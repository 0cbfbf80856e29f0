import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { addDeliveries } from './gitops/writing-commands.ts';
import { addReports } from './gitops/reading-commands.ts';
import { exitCode } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';

await runMain(
  async (signal) => {
    const program = createCommandLine('gitops').description(
      'Moves releases between environments by commits that Argo CD syncs.',
    );
    let code: number = exitCode.done;
    addDeliveries(program, signal);
    addReports(program, signal, (answered) => {
      code = answered;
    });
    await runCommandLine(program);
    return code;
  },
  { json: process.argv.includes('--json') },
);
