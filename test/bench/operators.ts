import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGit } from '../../scripts/git/git.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { formatTable } from '../../scripts/shell/table.ts';
import { digestOf, writeDeliveries } from './deliveries.ts';
import { median } from './median.ts';

const runs = 5;

interface Measure {
  name: string;
  args: readonly string[];
  size: Parameters<typeof writeDeliveries>[2];
}

/** What a run of the command line took. */
interface Cost {
  seconds: number;
  megabytes: number;
  stdout: string;
}

const histories = [1_000, 10_000].map((deliveries) => ({
  environments: 3,
  releases: deliveries / 2,
  deliveries,
}));
const measures: Measure[] = [
  ...[10, 100].map((environments) => ({
    name: `status, ${environments} environments`,
    args: ['status'],
    size: { environments, releases: 10, deliveries: environments * 3 },
  })),
  // One environment took all of them.
  ...[1_000, 10_000].map((deliveries) => ({
    name: `history, ${deliveries} deliveries`,
    args: ['history', 'env-0', '--limit', String(deliveries)],
    size: { environments: 1, releases: deliveries, deliveries },
  })),
  ...histories.map((size) => ({ name: `audit, ${size.deliveries} deliveries`, args: ['audit'], size })),
];

/** Measures what operators wait for, from a clone on the same disk, each also at a tenth of its size. */
export async function benchOperators(signal: AbortSignal): Promise<string> {
  const rows = [['', 'seconds', 'peak MB']];
  for (const { name, args, size } of measures) {
    await using place = await createPlace(size, signal);
    const costs: Cost[] = [];
    for (let run = 0; run < runs; run += 1) costs.push(await place.run([...args, '--json']));
    rows.push([
      name,
      median(costs.map(({ seconds }) => seconds)).toFixed(2),
      median(costs.map(({ megabytes }) => megabytes)).toFixed(0),
    ]);
  }
  return formatTable(rows);
}

/** Measures writers that deploy another release each, all at once. */
export async function benchWriters(signal: AbortSignal): Promise<string> {
  const rows = [['writers', 'p50 seconds', 'p95 seconds', 'most attempts']];
  for (const writers of [3, 32]) {
    await using place = await createPlace({ environments: 1, releases: writers, deliveries: 0 }, signal);
    const costs = await Promise.all(
      place.tags.map((tag) => place.run(['deploy', 'env-0', '--tag', tag, '--digest', digestOf(tag), '--json'])),
    );
    const seconds = costs.map((cost) => cost.seconds).sort((a, b) => a - b);
    const attempts = costs.map(({ stdout }) => (JSON.parse(stdout) as { attempts: number }).attempts);
    rows.push([
      String(writers),
      median(seconds).toFixed(2),
      (seconds[Math.ceil(seconds.length * 0.95) - 1] ?? NaN).toFixed(2),
      String(Math.max(...attempts)),
    ]);
  }
  return formatTable(rows);
}

async function createPlace(size: Measure['size'], signal: AbortSignal) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'bench-'));
  const identity = { GITLAB_USER_NAME: 'Bench', GITLAB_USER_EMAIL: 'bench@example.com' };
  const env = { PATH: process.env.PATH, HOME: folder.path, TMPDIR: folder.path, ...identity };
  const git = openGit(folder.path, { env, signal });
  const tags = await writeDeliveries(git, 'origin.git', size);
  await git.read(['clone', '--quiet', '--no-checkout', 'origin.git', 'checkout']);
  const run = async (args: readonly string[]): Promise<Cost> => {
    const start = performance.now();
    const { status, stdout, stderr } = await runProgram(
      process.execPath,
      ['--import', memoryReport, join(import.meta.dirname, '../../scripts/start.js'), 'gitops', ...args],
      { cwd: join(folder.path, 'checkout'), env, timeLimit: 180_000, signal },
    );
    const seconds = (performance.now() - start) / 1000;
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}: ${stderr}`);
    const kilobytes = Number(/^peak (\d+)$/m.exec(stderr)?.[1]);
    return { seconds, megabytes: kilobytes / 1000, stdout: stdout.toString() };
  };
  return { tags, run, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

// A module that tells the largest memory of the process when it ends.
const memoryReport = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => console.error(`peak ${process.resourceUsage().maxRSS}`))',
)}`;
