import { runMain } from '../../scripts/shell/run-main.ts';
import { makeStandIns } from '../support/image/stand-ins.ts';
import { findLack } from '../support/process/lack.ts';
import { needs } from './requirements.ts';

await runMain(async () => {
  const lack = await findLack(needs);
  if (lack) throw lack;
  await makeStandIns();
});
