import { join } from 'node:path';
import { lintCheckout } from './lint/checkout.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

await runMain(async (signal) => {
  const root = join(import.meta.dirname, '..');
  show((await lintCheckout(root, root, signal)).join('\n'));
});
