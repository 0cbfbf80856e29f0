import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { flow } from '../support/git/flow.ts';
import { day, hour, isWorking, minute } from '../support/model/history.ts';
import { Random } from '../support/model/random.ts';
import { World } from '../support/model/world.ts';
import { median } from './median.ts';

type By = 'release' | 'descent';

/** A way of promoting: how staging and production count a soak, and whether only what the source runs now may come. */
interface Way {
  title: string;
  staging: By;
  production: By;
  isPresentOnly?: boolean;
}

const ways: readonly Way[] = [
  { title: 'only what the source runs now', staging: 'release', production: 'release', isPresentOnly: true },
  { title: 'both by release', staging: 'release', production: 'release' },
  { title: 'staging by descent', staging: 'descent', production: 'release' },
  { title: 'both by descent', staging: 'descent', production: 'descent' },
];
/** Where the table stands. */
export const readme = join(import.meta.dirname, '../../environments/README.md');

// A Monday.
const start = Date.parse('2026-11-02T00:00:00Z');
const weeks = 4;

/** The table of what reaches production in four weeks, where whatever may come is promoted at once. */
export function writeGatesTable(): string {
  const rows = [5, 10, 40].map((merges) => [`${merges} a day`, ...ways.map((way) => measure(merges, way))]);
  const heading = ['merges', ...ways.map(({ title }) => title)];
  return [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function measure(merges: number, { staging, production, isPresentOnly }: Way): string {
  const rules = { staging: { for: '30m', by: staging }, production: { for: '24h', by: production } };
  const world = new World(flow({ staging: { soak: rules.staging }, production: { soak: rules.production } }), start);
  const random = new Random(merges);
  const mergedAt = [0];
  let next = start + 9 * hour;
  for (let at = start; at < start + weeks * 7 * day; at += 10 * minute) {
    for (; next <= at; next += random.between(0.5, 1.5) * (9 / merges) * hour) {
      if (!isWorking(next)) continue;
      world.now = Math.floor(next / 1000) * 1000;
      mergedAt.push(world.now);
      world.deploy(mergedAt.length - 1);
    }
    world.now = at;
    world.promote('staging', isPresentOnly ? world.runs('dev') : undefined);
    world.promote('production', isPresentOnly ? world.runs('staging') : undefined);
  }
  const ages = world.listRuns('production').map(({ release, since }) => (since - (mergedAt[release] ?? since)) / hour);
  return ages.length === 0 ? 'none' : `${ages.length}, after ${Math.round(median(ages))} h`;
}

/** A text with the table between its marks. */
export async function insertGatesTable(text: string, path: string): Promise<string> {
  const [before = '', after = ''] = text.split(/(?<=<!-- gates -->\n)[^]*(?=<!-- \/gates -->)/);
  return format(`${before}\n${writeGatesTable()}\n\n${after}`, {
    ...(await resolveConfig(path)),
    filepath: path,
  });
}

if (import.meta.main) {
  const text = await insertGatesTable(await readFile(readme, 'utf8'), readme);
  await writeFile(readme, text);
}
