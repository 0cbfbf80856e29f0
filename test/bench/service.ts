import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './median.ts';
import { load } from './service/clients.ts';
import { buildPrograms, type Program } from './service/programs.ts';
import { pinClients, startServer } from './service/server.ts';

/** How much of each is measured; every round measures each program once, one after the other. */
const rounds = 15;
const warmUp = 10_000;
const requests = 40_000;

interface Figures {
  startup: number[];
  memory: number[];
  requestsPerSecond: number[];
  cpu: number[];
  p99: number[];
}

/** Measures the service against what people put together for the same features, each on a core of its own; gives the table. */
export async function benchService(signal: AbortSignal): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const programs = await buildPrograms(folder, signal);
    await pinClients();
    const measured = new Map<Program, Figures>(
      programs.map((program) => [program, { startup: [], memory: [], requestsPerSecond: [], cpu: [], p99: [] }]),
    );
    for (let round = 0; round < rounds; round += 1) {
      signal.throwIfAborted();
      for (const [program, figures] of measured) await measure(program, figures);
    }
    return formatTable(measured);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(program: Program, figures: Figures): Promise<void> {
  await using server = await startServer(program);
  figures.startup.push(server.startup);
  await load(server.port, warmUp);
  figures.memory.push((await server.readMemory()) / 1024 ** 2);
  const before = await server.readCpu();
  const { requestsPerSecond, p99 } = await load(server.port, requests);
  figures.cpu.push(((await server.readCpu()) - before) / requests);
  figures.requestsPerSecond.push(requestsPerSecond);
  figures.p99.push(p99);
}

function formatTable(measured: Map<Program, Figures>): string {
  const [first] = measured.values();
  const rows = [...measured].map(([{ name }, figures]) => {
    const cells = (['startup', 'memory', 'requestsPerSecond', 'cpu', 'p99'] as const).map((key) => {
      const value = median(figures[key]);
      const ratio = value / median(first?.[key] ?? []);
      return `${value.toFixed(key === 'p99' ? 2 : key === 'cpu' ? 1 : 0)} (${ratio.toFixed(2)})`;
    });
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  return [
    `| medians of ${rounds} | ms to ready | MB after ${warmUp} requests | requests a second | µs of CPU each | p99 in ms |`,
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
