import { runMain } from '../../scripts/shell/run-main.ts';
import { findLack } from '../support/process/lack.ts';

await runMain(async () => {
  const lack = await findLack({
    what: 'The fresh machine',
    programs: { debootstrap: 'debootstrap', git: 'git', unshare: 'util-linux' },
    asRoot: 'To make a fresh machine a Debian is installed in a folder, which only root may.',
  });
  if (lack) throw lack;
});
