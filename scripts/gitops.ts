import { createCommandLine, runCommandLine } from './command-line.ts';
import { addDeliveries } from './commands/deliveries.ts';
import { addReports } from './commands/reports.ts';
import { exitCode } from './failure.ts';
import { runMain } from './main.ts';

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
