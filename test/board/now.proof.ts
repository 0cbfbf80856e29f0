import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { writeBoard, type Board } from '../support/board/board.ts';
import { open, startBrowser } from '../support/browser/browser.ts';
import { environments, hour } from '../support/git/everyday.ts';
import { people, reasons } from '../support/git/mischief.ts';
import type { Happening } from '../support/git/team.ts';

const used = new AsyncDisposableStack();
let board: Board;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  board = used.use(await writeBoard());
  browser = used.use(await startBrowser());
  const opened = await open(browser, board.addressOf('index.html'), { javaScriptEnabled: false });
  ({ page } = used.use(opened));
}, 120_000);

afterAll(() => used.disposeAsync());

test('the environments are in the order of the flow, and between two of them what waits', async () => {
  const order = await page.evaluate<string[]>(`
    [...document.querySelectorAll('#now [data-environment], #now [data-promotion]')]
      .map(({ dataset }) => dataset.environment ?? 'to ' + dataset.promotion)`);
  expect(order).toEqual(['dev', 'to staging', 'staging', 'to production', 'production']);
});

test.each(environments)(
  '%s tells its release, its author, since when, by whom, and the verdict',
  async (environment) => {
    const arrival = findArrival(environment);
    const { release, by, time, verdict } = arrival;
    const { text, times } = await read(`[data-environment="${environment}"]`);
    const [tag = '', subject = '', author = ''] = release
      ? [release.tag.slice(0, 8), release.subject, release.author.name]
      : [];
    for (const words of [environment, tag, subject, author, by.name, verdict?.state ?? '-'])
      expect(text).toContain(words);
    expect(times).toContain(time.toISOString());
  },
);

test('what is held and frozen says so, why, by whom and until when; nothing else does', async () => {
  const { happenings, freeze } = board.year;
  const hold = happenings.findLast(({ kind }) => kind === 'hold');
  const { text, times } = await read('[data-environment="production"]');
  for (const words of ['held', 'frozen', reasons.hold, people.lukasz.login, freeze.reason])
    expect(text).toContain(words);
  expect(times).toEqual(expect.arrayContaining([hold?.time.toISOString(), freeze.to.toISOString()]));
  for (const environment of ['dev', 'staging']) {
    const { text } = await read(`[data-environment="${environment}"]`);
    expect(text).not.toMatch(/held|frozen/i);
  }
});

test('what waits says what is ripe since when, and the command that brings exactly that', async () => {
  const { staging } = board.year.waiting;
  const { text, times, codes } = await read('[data-promotion="staging"]');
  expect(text).toContain(staging.ripe.tag);
  expect(text).toContain(String(1 + staging.unripe.length));
  // It soaks for an hour from the verdict on.
  const healthy = findArrival('dev', staging.ripe.number).verdict?.since.getTime() ?? 0;
  expect(times).toContain(new Date(healthy + hour).toISOString());
  expect(codes).toEqual(['npm run promote -- staging']);
  const said = await board.sandbox.gitops(board.checkout, ['promote', 'staging', '--dry-run', '--json']);
  expect(JSON.parse(said.stdout)).toMatchObject({ outcome: 'changed', to: { revision: staging.ripe.sha } });
});

test('a proposal that waits for a merge says by whom and since when, with a link to it', async () => {
  const { branch, by, time, release } = board.year.proposal;
  const { text, times, links } = await read('[data-promotion="production"]');
  for (const words of [release.tag, branch, by.name]) expect(text).toContain(words);
  expect(times).toContain(time.toISOString());
  const [link] = links.map((href) => new URL(href));
  expect(link?.searchParams.get('source_branch')).toBe(branch);
});

interface Part {
  text: string;
  times: string[];
  codes: string[];
  links: string[];
}

function read(selector: string): Promise<Part> {
  return page.evaluate<Part>(`(() => {
    const part = document.querySelector('#now ${selector}');
    return {
      text: part.innerText,
      times: [...part.querySelectorAll('time')].map(({ dateTime }) => dateTime),
      codes: [...part.querySelectorAll('code')].map(({ innerText }) => innerText),
      links: [...part.querySelectorAll('a')].map(({ href }) => href),
    };
  })()`);
}

/** What brought what an environment runs, or a release to it. */
function findArrival(environment: string, number?: number): Happening {
  const all = board.year.happenings.filter((one) => one.environment === environment && one.kind !== 'hold');
  const wanted = number ?? all.at(-1)?.release?.number;
  const found = all.findLast(({ release, kind }) => release?.number === wanted && kind !== 'edit' && kind !== 'resume');
  if (!found) throw new Error(`Nothing came to ${environment}.`);
  return found;
}
