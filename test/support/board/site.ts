import type { Page } from 'playwright-core';

/** A link of a page: what it leads to, written out, and whether keys reach it. */
export interface Link {
  href: string;
  isReached: boolean;
  /** Of a mark in a lane: its title, and which lane it is nearest to. */
  title: string;
  lane: string | undefined;
  /** Pixels from the left, of its middle. */
  x: number;
}

/** A row of a table: its attributes, the words of its cells, what they link to, and the times that they name. */
export interface Row {
  data: Readonly<Record<string, string>>;
  id: string;
  cells: Readonly<Record<string, string>>;
  links: readonly string[];
  times: readonly string[];
}

/** What a page says to whoever reads it. */
export interface Content {
  title: string;
  text: string;
  ids: readonly string[];
  links: readonly Link[];
  rows: readonly Row[];
}

/** Reads all pages that links lead to, from the one that is open, by their files. */
export async function readSite(page: Page): Promise<Map<string, Content>> {
  const [folder, first] = split(page.url());
  const site = new Map<string, Content>();
  const files = [first];
  for (const file of files) {
    if (site.has(file)) continue;
    await page.goto(`${folder}${file}`);
    const content = await page.evaluate<Content>(readContent);
    site.set(file, content);
    const found = content.links.filter(({ isReached }) => isReached).map(({ href }) => split(href));
    files.push(...found.filter(([place]) => place === folder).map(([, file]) => file));
  }
  return site;
}

/** The folder of an address, the file in it, and what it names there. */
export function split(address: string): [folder: string, file: string, id: string] {
  const [path = '', id = ''] = address.split('#');
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end), decodeURIComponent(id)];
}

// Run by the browser, whose types the compiler does not know.
const readContent = `(() => {
  const lanes = [...document.querySelectorAll('svg g[aria-label="y-axis tick label"] text')];
  const middle = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  };
  const distance = (one, other) => Math.abs(middle(one).y - middle(other).y);
  const laneOf = (link) => lanes
    .filter((lane) => lane.closest('svg') === link.closest('svg'))
    .sort((one, other) => distance(one, link) - distance(other, link))[0]?.textContent;
  return {
    title: document.title,
    text: document.body.innerText,
    ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
    links: [...document.querySelectorAll('a')].map((link) => ({
      href: new URL(link.getAttribute('href'), document.baseURI).href,
      isReached: link.tabIndex >= 0,
      title: link.querySelector('title')?.textContent ?? '',
      lane: link.closest('svg') ? laneOf(link) : undefined,
      x: middle(link).x,
    })),
    rows: [...document.querySelectorAll('tbody tr')].map((row) => ({
      data: { ...row.dataset },
      id: row.id,
      cells: Object.fromEntries([...row.cells].map((cell) => [cell.dataset.field, cell.textContent.trim()])),
      links: [...row.querySelectorAll('a')].map((link) => link.getAttribute('href')),
      times: [...row.querySelectorAll('time')].map((time) => time.dateTime),
    })),
  };
})()`;
