import { exitCode } from '../../scripts/shell/failure.ts';
import { runMain } from '../../scripts/shell/run-main.ts';
import { requireCluster } from './requirements.ts';

await runMain(async () => {
  await requireCluster(process.env);
  return exitCode.done;
});
