import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lintChart, renderChart } from '../../scripts/helm/helm.ts';
import { helmVersions } from '../../scripts/helm/program.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { chart, root } from '../support/kubernetes/render.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'helm-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('a chart that is not there is named', async () => {
  const missing = join(folder, 'chart');
  await expect(renderChart({ chart: missing, name: 'a', namespace: 'b', values: [] })).rejects.toMatchObject({
    code: 'invalid-chart',
    message: expect.stringContaining(missing),
    hint: 'Correct the value or the template that Helm names.',
  });
});

test.each(helmVersions)('what Helm %i only warns about fails the lint', async (helm) => {
  const copy = join(folder, 'chart');
  await cp(chart, copy, { recursive: true });
  const input = { chart: copy, values: [], helm };
  await expect(lintChart(input)).resolves.toBeUndefined();
  const old = 'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: old }\n';
  await writeFile(join(copy, 'templates/old.yaml'), old);
  await expect(lintChart(input)).rejects.toMatchObject({
    message: expect.stringContaining('[WARNING] templates/old.yaml: policy/v1beta1'),
  });
});

test.each(helmVersions)("nobody's own settings change what Helm %i says", async (helm) => {
  const input = { chart: join(folder, 'chart'), name: 'a', namespace: 'b', values: [], helm };
  const said = async () => renderChart(input).catch((error: unknown) => String(error));
  const before = { ...process.env };
  const expected = await said();
  await mkdir(join(folder, 'plugins/broken'), { recursive: true });
  await writeFile(join(folder, 'plugins/broken/plugin.yaml'), 'no plugin');
  Object.assign(process.env, { HELM_PLUGINS: join(folder, 'plugins'), HELM_DEBUG: 'true', HOME: folder });
  try {
    expect(await said()).toBe(expected);
  } finally {
    process.env = before;
  }
  expect(await readdir(folder)).toEqual(['plugins']);
});

test('many that need Helm for the first time at once all get a whole one', async () => {
  for (const name of ['package.json', 'scripts']) await cp(join(root, name), join(folder, name), { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['@aws-cdk', 'fflate']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const script = `
    import { requireHelm } from '${join(folder, 'scripts/helm/program.ts')}';
    import { runProgram } from '${join(folder, 'scripts/process/program.ts')}';
    const helm = await requireHelm(4);
    const { stdout } = await runProgram(helm, ['version', '--short'], { env: process.env, timeLimit: 20_000 });
    process.stdout.write(stdout);`;
  const runs = Array.from({ length: 3 }, () =>
    runProgram(process.execPath, ['--input-type=module', '--eval', script], {
      env: { PATH: process.env.PATH, HOME: folder },
      timeLimit: 25_000,
    }),
  );
  for (const { status, stdout } of await Promise.all(runs)) {
    expect([status, stdout.toString()]).toEqual([0, expect.stringMatching(/^v4\./)]);
  }
  const cached = await readdir(join(folder, 'node_modules/.cache/helm')).catch(() => []);
  // Where Helm comes from the PATH, nothing is unpacked.
  expect(cached).toHaveLength(helmVersions.length - 1);
});
