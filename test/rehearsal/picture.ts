import { join } from 'node:path';
import { runMain } from '../../scripts/shell/run-main.ts';
import { show } from '../../scripts/shell/screen.ts';
import { open, startBrowser } from '../support/browser/browser.ts';
import { operate } from './gitlab.ts';
import { rehearse } from './play.ts';
import { Stage } from './stage.ts';

const root = join(import.meta.dirname, '../..');
const picture = join(root, '.gitlab/board.png');

/** Rehearses, and takes the picture of the README: the board of what has happened. */
await runMain(async (signal) => {
  await using stage = await Stage.create({ keep: false, signal });
  await rehearse(stage, root);
  const output = join(stage.folder, 'public');
  const env = { CI_PROJECT_PATH: 'shop/orders', CI_PROJECT_URL: 'https://gitlab.example.com/shop/orders' };
  await operate(stage, ['board', '--output', output], { env });
  await using browser = await startBrowser();
  await using opened = await open(browser, `file://${output}/index.html`, {
    width: 1240,
    height: 570,
    colorScheme: 'light',
  });
  await opened.page.screenshot({ path: picture });
  show(`Wrote ${picture}`);
});
