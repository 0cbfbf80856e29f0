import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { project, writeBoard, type Board } from '../support/board/board.ts';
import { readSite, split, type Content, type Row } from '../support/board/site.ts';
import { open, startBrowser } from '../support/browser/browser.ts';
import { environments } from '../support/git/everyday.ts';
import type { Happening } from '../support/git/team.ts';

// A year is written, and all pages of it are read.
const timeLimit = 120_000;

const used = new AsyncDisposableStack();
let board: Board;
let browser: Browser;
let site: Map<string, Content>;
let events: Row[];

beforeAll(async () => {
  board = used.use(await writeBoard());
  browser = used.use(await startBrowser());
  // Nothing that is told needs a script.
  await using opened = await open(browser, board.addressOf('index.html'), { javaScriptEnabled: false });
  site = await readSite(opened.page);
  events = [...site].flatMap(([file, { rows }]) => (file === 'index.html' ? [] : rows.filter(isEvent)));
}, timeLimit);

afterAll(() => used.disposeAsync());

test('each delivery and edit of the year is on exactly one page', () => {
  const { happenings } = board.year;
  expect(events.map(keyOf).sort()).toEqual(happenings.map(keyOfHappening).sort());
});

test('each tells its time, kind, release, who made it, its pipeline, verdict and reasons', () => {
  const rows = new Map(events.map((row) => [keyOf(row), row]));
  const told = board.year.happenings.map((happening) => tell(rows.get(keyOfHappening(happening)), happening));
  expect(told).toEqual(board.year.happenings.map(expected));
});

test('a lane has a mark for each, in the order of time', () => {
  const pages = [...site].filter(([file, { rows }]) => file !== 'index.html' && rows.some(isEvent));
  for (const [file, { links, rows }] of pages) {
    const marks = links.filter(({ lane }) => lane !== undefined);
    const shown = rows.filter(isEvent);
    // In the page itself.
    const ids = marks.map(({ href }) => split(href)[2]);
    expect({ file, ids: ids.toSorted() }).toEqual({ file, ids: shown.map(({ id }) => id).sort() });
    for (const environment of environments) {
      const inLane = marks.filter(({ lane }) => lane === environment).sort((one, other) => one.x - other.x);
      const known = shown.filter(({ cells }) => cells.environment === environment).sort(byTime);
      const times = (rows: readonly Row[]) => rows.map(({ times: [time] }) => time);
      const marked = inLane.map(({ href }) => shown.filter(({ id }) => id === split(href)[2])).flat();
      expect({ file, environment, times: times(marked) }).toEqual({ file, environment, times: times(known) });
    }
  }
});

test('from afar, the marks of a lane count as many of each kind as there were', () => {
  const counts = new Map<string, number>();
  for (const { lane, title } of site.get('index.html')?.links ?? []) {
    if (lane === undefined || !environments.some((name) => name === lane)) continue;
    const [, count = '1', kind = ''] = /^(?:(\d+) × )?(\w+)/.exec(title) ?? [];
    const key = `${lane} ${kind}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(count));
  }
  const known = Map.groupBy(board.year.happenings, (one) => `${one.environment} ${kindOf(one)}`);
  expect(counts).toEqual(new Map([...known].map(([key, list]) => [key, list.length])));
});

test('each link of the board leads to a page that is there, and to what it names there', () => {
  const [folder] = split(board.addressOf('index.html'));
  const broken = [...site].flatMap(([from, { links }]) =>
    links
      .map(({ href }) => [href, ...split(href)] as const)
      .filter(([, place, file, id]) => {
        if (place !== folder) return false;
        const content = site.get(file);
        return !content || (id !== '' && !content.ids.includes(id));
      })
      .map(([href]) => `${from}: ${href}`),
  );
  expect(broken).toEqual([]);
});

test('no two rows of a page have the same name', () => {
  for (const [file, { ids }] of site) expect({ file, ids: ids.length }).toEqual({ file, ids: new Set(ids).size });
});

test('each commit with code is told by the delivery that brought it first', () => {
  const dev = board.year.happenings.filter(({ environment, release }) => environment === 'dev' && release);
  const told = events
    .filter(({ cells }) => cells.environment === 'dev')
    .flatMap((row) => row.links.flatMap((href) => (isCommit(href, row) ? [[shaOf(href), keyOf(row)] as const] : [])));
  const [start] = board.year.happenings;
  const known = [{ sha: start?.commit, number: 0 }, ...board.year.merged].map(({ sha, number }) => {
    const first = dev.find(({ release }) => release && release.number >= number);
    return [sha, first && keyOfHappening(first)] as const;
  });
  expect(told.sort()).toEqual(known.sort());
});

test('a release is followed from lane to lane by keys, and its marks stand out', async () => {
  const way = findWay(board.year.happenings);
  const [start] = way;
  if (!start) throw new Error('No release came everywhere.');
  const address = events.find((row) => keyOf(row) === keyOfHappening(start));
  const file = [...site].find(([, { rows }]) => address && rows.includes(address))?.[0] ?? '';
  await using opened = await open(browser, `${board.addressOf(file)}#${address?.id ?? ''}`);
  const { page } = opened;
  const listElements = (selector: string) =>
    page.evaluate<string[]>(`[...document.querySelectorAll('${selector}')].map(({ outerHTML }) => outerHTML)`);
  for (const next of [...way.slice(1), start]) {
    await page.locator('tr:target [data-field="release"] a').focus();
    await page.keyboard.press('Enter');
    const row = page.locator('tr:target');
    await row.and(page.locator(`[data-commit="${next.commit}"]`)).waitFor();
    expect(await row.locator('[data-field="environment"]').textContent()).toBe(next.environment);
    const [followed, marks] = await Promise.all(
      ['.followed', `[data-release="${next.release?.tag ?? ''}"]`].map(listElements),
    );
    expect(followed).toEqual(marks);
  }
});

test('the row of a hold, which brought no release, marks nothing else', async () => {
  const holds = board.year.happenings.filter(({ kind }) => kind === 'hold').map(keyOfHappening);
  const row = events.find((event) => holds.includes(keyOf(event)));
  const file = [...site].find(([, { rows }]) => row && rows.includes(row))?.[0] ?? '';
  await using opened = await open(browser, `${board.addressOf(file)}#${row?.id ?? ''}`);
  expect(await opened.page.locator('tr:target').count()).toBe(1);
  expect(await opened.page.locator('.followed').count()).toBe(0);
});

/** What happened to a release that came to all environments once, in its order. */
function findWay(happenings: readonly Happening[]): Happening[] {
  const brought = happenings.filter(({ kind }) => kind === 'deploy' || kind === 'promote' || kind === 'rollback');
  const ways = Map.groupBy(brought, ({ release }) => release);
  const complete = [...ways.values()].filter((way) => way.length === environments.length);
  return complete.find((way) => new Set(way.map(({ environment }) => environment)).size === way.length) ?? [];
}

function isEvent({ data }: Row): boolean {
  return data.commit !== undefined;
}

function byTime(one: Row, other: Row): number {
  return (one.times[0] ?? '').localeCompare(other.times[0] ?? '');
}

function keyOf({ data, cells }: Row): string {
  return `${data.commit ?? ''} ${cells.environment ?? ''}`;
}

function keyOfHappening({ commit, environment }: Happening): string {
  return `${commit} ${environment}`;
}

function kindOf({ kind, override = [] }: Happening): string {
  return override.length > 0 ? 'override' : kind;
}

function tell(row: Row | undefined, happening: Happening) {
  if (!row) return undefined;
  const { time = '', kind, release = '', by, commit, verdict = '', reason = '' } = row.cells;
  return {
    time: [time, row.times[0]],
    kind,
    release: release.split(' ')[0],
    by,
    commit,
    pipeline: row.links.filter((href) => /^[a-z]+:/.test(href) && !href.startsWith(`${project}/-/commit/`)),
    verdict: verdict.split(' ')[0],
    reasons: reasonsOf(happening).filter((words) => reason.includes(words)),
  };
}

function expected(happening: Happening): ReturnType<typeof tell> {
  const { kind, time, by, release, commit, pipeline = '', verdict } = happening;
  return {
    time: [time.toISOString().slice(0, 16).replace('T', ' '), time.toISOString()],
    kind: kindOf(happening),
    release: kind === 'hold' || kind === 'resume' ? '' : (release?.tag ?? ''),
    by: by.name,
    commit: commit.slice(0, 8),
    // No other scheme may become a link.
    pipeline: pipeline.startsWith('https:') ? [pipeline] : [],
    verdict: verdict?.state ?? '',
    reasons: reasonsOf(happening),
  };
}

function reasonsOf({ override = [], reason, verdict }: Happening): string[] {
  return [...override, ...(reason === undefined ? [] : [reason]), ...(verdict?.reasons ?? [])];
}

function isCommit(href: string, { data }: Row): boolean {
  return href.startsWith(`${project}/-/commit/`) && shaOf(href) !== data.commit;
}

function shaOf(href: string): string {
  return href.slice(href.lastIndexOf('/') + 1);
}
