import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { listVariables } from '../src/config.ts';
import { createCommandLine, runCommandLine } from './shell/command-line.ts';
import { describeContract } from './docs/contract.ts';
import { listValues, writeSchema, writeValues, writeVariables } from './docs/tables.ts';
import { Failure } from './shell/failure.ts';
import { runMain } from './shell/run-main.ts';
import { show } from './shell/screen.ts';

const root = join(import.meta.dirname, '..');
const contract = 'src/docs/openapi.json';
const readme = 'src/README.md';
const chart = 'helm-chart';

await runMain(async () => {
  const program = createCommandLine('docs')
    .description('Writes down what the code of the service says: its contract, and the table of its variables.')
    .option('--check', 'write nothing, and fail when something is stale', false)
    .action(async ({ check }: { check: boolean }) => {
      await bring(contract, JSON.stringify(await describeContract(root)), check);
      await bring(readme, writeVariables(await readFile(join(root, readme), 'utf8'), listVariables()), check);
      const values = listValues(await readFile(join(root, chart, 'values.yaml'), 'utf8'));
      for (const [name, write] of Object.entries({ 'README.md': writeValues, 'values.schema.json': writeSchema })) {
        await bring(`${chart}/${name}`, write(await readFile(join(root, chart, name), 'utf8'), values), check);
      }
    });
  await runCommandLine(program);
});

/** Brings a file up to date; when checking, an old one is a failure. */
async function bring(path: string, text: string, check: boolean): Promise<void> {
  const file = join(root, path);
  const content = await format(text, { ...(await resolveConfig(file)), filepath: file });
  if (content === (await readFile(file, 'utf8').catch(() => undefined))) return;
  if (check) throw new Failure('stale', `${path} is not what the code of the service says.`, 'npm run docs');
  await writeFile(file, content);
  show(`Wrote ${path}.`);
}
