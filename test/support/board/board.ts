import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../../../scripts/process/program.ts';
import { createSandbox, type Sandbox } from '../command/sandbox.ts';
import { writeYear, type Year } from '../git/year.ts';

/** The board of a year of deliveries, as `npm run board` writes it. */
export interface Board extends AsyncDisposable {
  year: Year;
  sandbox: Sandbox;
  checkout: string;
  /** The folder that it is written to, and the address of a file there. */
  output: string;
  addressOf: (file: string) => string;
  /** How long it took, and the most memory that it had. */
  spent: z.infer<typeof spentShape>;
}

/** Where GitLab shows the project; nothing may ask for it. */
export const project = 'https://gitlab.example.com/shop/orders';

/** Writes the board of a year up to now. */
export async function writeBoard({ releases }: { releases?: number } = {}): Promise<Board> {
  const sandbox = await createSandbox({ isEmpty: true });
  const year = await writeYear(sandbox.origin, new Date(), releases === undefined ? {} : { releases });
  const checkout = await sandbox.clone();
  const output = join(sandbox.folder, 'public & more');
  const spentFile = join(sandbox.folder, 'spent');
  const { status, stdout, stderr } = await runProgram(
    'npm',
    ['run', 'board', '--', '--repo', checkout, '--output', output],
    {
      env: { ...sandbox.env, CI_PROJECT_URL: project, NODE_OPTIONS: `--import=${reportSpent(spentFile)}` },
      timeLimit: 120_000,
    },
  );
  if (status !== 0) throw new Error(`npm run board ended with ${String(status)}: ${stderr}${stdout.toString()}`);
  return {
    year,
    sandbox,
    checkout,
    output,
    addressOf: (file) => `file://${encodeURI(join(output, file))}`,
    spent: spentShape.parse(JSON.parse(await readFile(spentFile, 'utf8'))),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

const spentShape = z.object({ seconds: z.number(), kilobytes: z.number() });

/** A module that writes into a file what the program has spent when it ends, and npm itself writes nothing. */
function reportSpent(file: string): string {
  const code = `import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const spent = { seconds: process.uptime(), kilobytes: process.resourceUsage().maxRSS };
  if (process.argv[1].endsWith('/gitops.ts')) writeFileSync(${JSON.stringify(file)}, JSON.stringify(spent));
});`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
