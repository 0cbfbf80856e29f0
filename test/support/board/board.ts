import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox, type Run, type Sandbox } from '../command/sandbox.ts';
import { writeYear, type Year } from '../git/year.ts';

/** The board of a year of deliveries, as `npm run board` writes it. */
export interface Board extends AsyncDisposable {
  year: Year;
  sandbox: Sandbox;
  checkout: string;
  /** The folder that it is written to, and the address of a file there. */
  output: string;
  addressOf: (file: string) => string;
  run: Run;
  /** Milliseconds that it took. */
  took: number;
  /** Bytes of memory that the program had at the most. */
  peak: number;
}

/** Where GitLab shows the project; nothing may ask for it. */
export const project = 'https://gitlab.example.com/shop/orders';

/** Writes the board of a year up to now. */
export async function writeBoard({ releases }: { releases?: number } = {}): Promise<Board> {
  const sandbox = await createSandbox({ isEmpty: true });
  const year = await writeYear(sandbox.origin, new Date(), releases === undefined ? {} : { releases });
  const checkout = await sandbox.clone();
  const output = join(sandbox.folder, 'public & more');
  const peakFile = join(sandbox.folder, 'peak');
  const start = performance.now();
  const run = await sandbox.gitops(
    checkout,
    ['board', '--output', output],
    { CI_PROJECT_URL: project, NODE_OPTIONS: `--import=${reportPeak(peakFile)}` },
    { timeLimit: 120_000 },
  );
  const took = performance.now() - start;
  if (run.status !== 0) throw new Error(`board ended with ${String(run.status)}: ${run.stderr}${run.stdout}`);
  return {
    year,
    sandbox,
    checkout,
    output,
    addressOf: (file) => `file://${encodeURI(join(output, file))}`,
    run,
    took,
    peak: Number(await readFile(peakFile, 'utf8')) * 1024,
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

/** A module that writes the most kilobytes of a process into a file when it ends. */
function reportPeak(file: string): string {
  const code = `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS)));`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
