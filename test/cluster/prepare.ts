import { runMain } from '../../scripts/shell/run-main.ts';
import { requireCluster } from './requirements.ts';

await runMain(async () => {
  await requireCluster(process.env);
});
