import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { project, writeBoard, type Board } from '../support/board/board.ts';
import { readSite, type Content } from '../support/board/site.ts';
import { findBarriers } from '../support/browser/accessibility.ts';
import { open, startBrowser } from '../support/browser/browser.ts';

const pictures = resolve('coverage/board');
const widths = [360, 820, 1440];
const schemes = ['light', 'dark'] as const;
/** One page of each kind. */
const kinds = ['index.html', 'month', 'week', 'trend', 'rules'];

const used = new AsyncDisposableStack();
let board: Board;
let browser: Browser;
let site: Map<string, Content>;

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  board = used.use(await writeBoard());
  browser = used.use(await startBrowser());
  await using opened = await open(browser, board.addressOf('index.html'), { javaScriptEnabled: false });
  site = await readSite(opened.page);
}, 120_000);

afterAll(() => used.disposeAsync());

describe.each(kinds)('%s', (kind) => {
  test.each(widths.flatMap((width) => schemes.map((colorScheme) => ({ width, colorScheme }))))(
    'has no barrier, and fits the window, $width pixels wide, $colorScheme',
    async ({ width, colorScheme }) => {
      await using opened = await open(browser, address(kind), { width, colorScheme });
      const { page } = opened;
      await page.screenshot({ path: `${pictures}/${kind}-${width}-${colorScheme}.png`, fullPage: true });
      expect(await findBarriers(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      // What is told in words needs no scrolling sideways.
      const wide = await page.evaluate<string[]>(`
        [...document.querySelectorAll('table.events')].map((table) => table.parentElement)
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ ariaLabel, scrollWidth }) => ariaLabel + ' is ' + scrollWidth + ' pixels wide')`);
      expect(wide).toEqual([]);
    },
    30_000,
  );

  test('tells the same without a script', async () => {
    await using opened = await open(browser, address(kind));
    expect(await opened.page.evaluate('document.body.innerText')).toBe(site.get(fileOf(kind))?.text);
  });

  test('tells everything on paper, also what is folded away on a screen', async () => {
    await using opened = await open(browser, address(kind));
    const { page } = opened;
    await page.emulateMedia({ media: 'print' });
    const hidden = await page.evaluate<string[]>(`
      [...document.querySelectorAll('main li, main td, main p, main dd, main h2, main figcaption')]
        .filter((element) => element.innerText.trim() === '' && element.textContent.trim() !== '')
        .map(({ outerHTML }) => outerHTML)`);
    expect(hidden).toEqual([]);
  });

  test('has each link within the reach of keys, and shows where they are', async () => {
    await using opened = await open(browser, address(kind));
    const { page } = opened;
    const links = await page.evaluate<number>(`document.querySelectorAll('a:not([tabindex="-1"])').length`);
    const reached = new Set<number>();
    const unseen: string[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const { link, html, isSeen, isFolded } = await page.evaluate<Focus>(readFocus);
      if (html === '') break;
      if (link >= 0) reached.add(link);
      if (!isSeen) unseen.push(html);
      if (isFolded) await page.keyboard.press('Enter');
    }
    expect(unseen).toEqual([]);
    expect(reached.size).toBe(links);
  }, 60_000);

  test('has no element that words made', async () => {
    await using opened = await open(browser, address(kind));
    const made = await opened.page.evaluate<string[]>(findMade);
    expect(made).toEqual([]);
  });
});

test('nothing but https links to the project and its own pages leads away', () => {
  const hrefs = [...site.values()].flatMap(({ links }) => links.map(({ href }) => href));
  const own = board.addressOf('');
  expect(hrefs.filter((href) => !href.startsWith(own) && !href.startsWith(`${project}/`))).toEqual([]);
});

interface Focus {
  /** The position of the link that has the focus, -1 for anything else. */
  link: number;
  /** Empty where the focus has left the page. */
  html: string;
  isSeen: boolean;
  isFolded: boolean;
}

const readFocus = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { html: '' };
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom } = element.getBoundingClientRect();
  return {
    link: [...document.querySelectorAll('a:not([tabindex="-1"])')].indexOf(element),
    html: element.outerHTML.slice(0, 200),
    isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight,
    isFolded: element.matches('details:not([open]) > summary'),
  };
})()`;

// What the board itself is made of has none of these.
const findMade = `(() => {
  const elements = [...document.querySelectorAll('*')];
  const isHandled = (element) => [...element.attributes].some(({ name }) => name.startsWith('on'));
  const made = elements.filter((element) => element.matches('img, b, i, iframe, object, embed, base, this') || isHandled(element));
  const [ownStyle, ownScript] = [document.head.querySelector('style'), document.body.querySelector(':scope > script')];
  const more = elements.filter((element) => element.matches('style, script') && ![ownStyle, ownScript].includes(element) && !element.textContent.startsWith(':where(.plot-'));
  return [...made, ...more].map(({ outerHTML }) => outerHTML);
})()`;

function fileOf(kind: string): string {
  const files = [...site.keys()].filter((file) => file.startsWith(kind)).sort();
  return files.at(-1) ?? kind;
}

function address(kind: string): string {
  return board.addressOf(fileOf(kind));
}
