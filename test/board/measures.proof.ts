import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { writeBoard, type Board } from '../support/board/board.ts';
import { readSite, type Content, type Row } from '../support/board/site.ts';
import { open, startBrowser } from '../support/browser/browser.ts';
import { environments } from '../support/git/everyday.ts';
import type { Happening } from '../support/git/team.ts';

const quantiles = z.object({ median: z.number(), p90: z.number() }).nullable();
const weekShape = z.object({
  week: z.string(),
  deployments: z.number(),
  leadTime: quantiles,
  failureRate: z.number().nullable(),
  timeToRestore: quantiles,
  open: z.number(),
  behind: z.array(z.object({ commit: z.string(), failure: z.string().nullable() })),
});
const metricsShape = z.array(z.object({ name: z.string(), weeks: z.array(weekShape) }));
const findingShape = z.object({
  severity: z.string(),
  commit: z.string(),
  time: z.string(),
  environment: z.string(),
  rule: z.string(),
  message: z.string(),
});

const used = new AsyncDisposableStack();
let board: Board;
let browser: Browser;
let site: Map<string, Content>;
let measured: z.infer<typeof metricsShape>;
let findings: z.infer<typeof findingShape>[];

beforeAll(async () => {
  board = used.use(await writeBoard());
  browser = used.use(await startBrowser());
  await using opened = await open(browser, board.addressOf('index.html'), { javaScriptEnabled: false });
  site = await readSite(opened.page);
  measured = metricsShape.parse(await ask('metrics'));
  findings = z.array(findingShape).parse(await ask('audit'));
}, 120_000);

afterAll(() => used.disposeAsync());

test('the weeks of each environment are those of the metrics', () => {
  expect(measured.map(({ name }) => name)).toEqual(environments);
  for (const { name, weeks } of measured) {
    const told = site.get(`trend-${name}.html`)?.rows.map(({ data, cells }) => ({ ...cells, 'week of': data.week }));
    expect(told).toEqual(
      weeks.map((one) => ({
        'week of': one.week,
        deployments: String(one.deployments),
        'lead time': describeSpan(one.leadTime?.median),
        'lead time, p90': describeSpan(one.leadTime?.p90),
        'failure rate': one.failureRate === null ? '–' : `${Math.round(one.failureRate * 100)} %`,
        'time to restore': describeSpan(one.timeToRestore?.median),
        'time to restore, p90': describeSpan(one.timeToRestore?.p90),
        'not restored': String(one.open),
      })),
    );
  }
});

test('what is measured is each deployment of the year, and how it failed', () => {
  for (const { name, weeks } of measured) {
    const told = weeks.flatMap(({ behind }) => behind.map(({ commit, failure }) => [commit, failure]));
    expect(told.sort()).toEqual(listDeployments(board.year.happenings, name).sort());
  }
});

test('each week leads to the page of what happened in it', () => {
  for (const { name, weeks } of measured) {
    for (const { week, behind } of weeks) {
      const link = site.get(`trend-${name}.html`)?.rows.find(({ data }) => data.week === week)?.links[0];
      const there = site.get(link ?? '')?.rows.map(({ data }) => data.commit) ?? [];
      expect(there).toEqual(expect.arrayContaining(behind.map(({ commit }) => commit)));
    }
  }
});

test('what the audit finds is all there, newest first, and the last of it on the first page', () => {
  const known = findings.map(describeFinding).reverse();
  expect(site.get('rules.html')?.rows.map(describeRow)).toEqual(known);
  const { text = '', rows = [] } = site.get('index.html') ?? {};
  const latest = rows.filter(({ data }) => data.finding !== undefined);
  expect(latest.length).toBeGreaterThan(0);
  expect(latest.map(describeRow)).toEqual(known.slice(0, latest.length));
  expect(text).toContain(`${board.year.breaches.length} breaches`);
});

test('the breaches of the year are among them', () => {
  const told = site.get('rules.html')?.rows.filter(({ cells }) => cells.severity === 'breach') ?? [];
  const known = board.year.breaches.map(({ commit, environment, rule }) => [commit, environment, rule]);
  expect(told.map(({ data, cells }) => [data.finding, cells.environment, cells.rule]).reverse()).toEqual(known);
});

async function ask(command: string): Promise<unknown> {
  const { stdout } = await board.sandbox.gitops(board.checkout, [command, '--json'], {}, { timeLimit: 60_000 });
  return JSON.parse(stdout);
}

/** Of what happened to an environment, what brought a release, and what became of it. */
function listDeployments(happenings: readonly Happening[], name: string): [string, string | null][] {
  const all = happenings.filter(({ environment, release }) => environment === name && release);
  const runs = all.filter(({ release }, index) => release !== all[index - 1]?.release);
  return runs.flatMap(({ kind, commit, verdict }, index): [string, string | null][] => {
    const taken = runs[index + 1]?.kind === 'rollback' ? 'taken-back' : null;
    return kind === 'rollback' ? [] : [[commit, verdict?.state === 'failed' ? 'failed' : taken]];
  });
}

function describeSpan(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 120) return `${minutes} min`;
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

function describeFinding({ severity, commit, time, environment, rule, message }: (typeof findings)[number]): string[] {
  return [severity, commit, time, environment, rule, oneLine(message)];
}

function describeRow({ data, cells, times }: Row): string[] {
  const { severity = '', environment = '', rule = '', message = '' } = cells;
  return [severity, data.finding ?? '', times[0] ?? '', environment, rule, oneLine(message)];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
