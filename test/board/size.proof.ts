import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBoard, type Board } from '../support/board/board.ts';
import { open, startBrowser } from '../support/browser/browser.ts';

// On a quiet machine of two cores it takes 4 seconds and 290 MB. A busy one is slower, and collects garbage later.
const limits = { seconds: 15, megabytes: 400, bytesOfPage: 2 ** 20, interactive: 1000 };
// So many releases make more than ten thousand deliveries in a year.
const releases = 5_150;

const used = new AsyncDisposableStack();
let board: Board;

beforeAll(async () => {
  board = used.use(await writeBoard({ releases }));
}, 180_000);

afterAll(() => used.disposeAsync());

test('10,000 deliveries are built within seconds, in little memory', () => {
  const { year, spent } = board;
  const megabytes = Math.round(spent.kilobytes / 1024);
  console.info(`${year.happenings.length} deliveries: ${spent.seconds.toFixed(1)} s, ${megabytes} MB`);
  expect(year.happenings.length).toBeGreaterThanOrEqual(10_000);
  expect(megabytes).toBeLessThan(limits.megabytes);
  expect(spent.seconds).toBeLessThan(limits.seconds);
});

test('no page is large, and the largest and the first are interactive within a second', async () => {
  const files = await readdir(board.output);
  const sizes = await Promise.all(
    files.map(async (file) => [file, (await stat(join(board.output, file))).size] as const),
  );
  const [largest, size] = sizes.reduce((one, other) => (other[1] > one[1] ? other : one));
  console.info(`${files.length} pages, the largest ${largest} with ${Math.round(size / 1024)} KB`);
  expect(size).toBeLessThan(limits.bytesOfPage);
  await using browser = await startBrowser();
  for (const file of ['index.html', largest]) {
    await using opened = await open(browser, board.addressOf(file));
    const interactive = await opened.page.evaluate<number>(
      `performance.getEntriesByType('navigation')[0].domInteractive`,
    );
    console.info(`${file} is interactive after ${Math.round(interactive)} ms`);
    expect(interactive).toBeGreaterThan(0);
    expect(interactive).toBeLessThan(limits.interactive);
  }
}, 60_000);
