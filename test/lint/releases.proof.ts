import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { Checkout } from '../support/command/checkout.ts';

let checkout: Checkout;
/** The release that runs in all environments but staging. */
let old: string;

beforeEach(async () => {
  checkout = await Checkout.create();
  old = await checkout.commit();
  await checkout.deliver(old, 'dev', 'production');
  await editSchema();
});

afterEach(async () => {
  await checkout[Symbol.asyncDispose]();
});

test('a value that the chart of the running release does not know is refused', async () => {
  await appendFile(checkout.at('environments/production/values.yaml'), 'colour: blue\n');
  const { status, stderr } = await checkout.lint();
  expect(status).toBe(2);
  expect(stderr).toContain(
    `environments/production/values.yaml does not fit the chart of ${old}, which production runs.\n`,
  );
  expect(stderr).toContain("additional properties 'colour' not allowed");
  expect(stderr).toContain('first deliver one that knows the value');
});

test('a value that the chart of the way back does not know is refused', async () => {
  await checkout.deliver(await checkout.commit(), ...checkout.environments);
  await appendFile(checkout.at('environments/production/values.yaml'), 'colour: blue\n');
  const { status, stderr } = await checkout.lint();
  expect(status).toBe(2);
  expect(stderr).toContain(
    `environments/production/values.yaml does not fit the chart of ${old}, which a rollback of production returns to.\n`,
  );
});

test('an environment that is held needs no way back', async () => {
  await checkout.deliver(await checkout.commit(), ...checkout.environments);
  await appendFile(checkout.at('environments/production/values.yaml'), 'colour: blue\n');
  const hold = 'reason: look into it\nby: ada\nsince: 2026-09-21T10:00:00Z\n';
  await writeFile(checkout.at('environments/production/hold.yaml'), hold);
  expect(await checkout.lint()).toMatchObject({ status: 0, stderr: '' });
});

test('a value is accepted once the release that runs and the one before both know it', async () => {
  const before = await checkout.commit();
  await checkout.deliver(before, ...checkout.environments);
  const young = await checkout.commit();
  await checkout.deliver(young, ...checkout.environments);
  await appendFile(checkout.at('environments/production/values.yaml'), 'colour: blue\n');
  const { status, stdout } = await checkout.lint();
  expect(status).toBe(0);
  for (const tag of [before, young])
    expect(stdout).toContain(`So does the chart of ${tag}, where it runs, comes next or is the way back.\n`);
});

test('a chart that names another image than the release is refused', async () => {
  const job = `apiVersion: v1
kind: Pod
metadata: { name: migrate }
spec: { containers: [{ name: migrate, image: "{{ .Values.image.repository }}:1.2.3" }] }
`;
  await writeFile(checkout.at('helm-chart/templates/migrate.yaml'), job);
  const odd = await checkout.commit();
  await checkout.deliver(odd, 'dev');
  expect((await checkout.lint()).stderr).toMatch(
    new RegExp(`the chart of ${odd} renders the image \\S+:1\\.2\\.3, expected \\S+:${odd}\\.\n`),
  );
});

test('a release whose chart comes next is rendered too', async () => {
  await appendFile(checkout.at('environments/staging/values.yaml'), 'colour: blue\n');
  expect((await checkout.lint()).stderr).toContain(
    `environments/staging/values.yaml does not fit the chart of ${old}, which staging gets next.\n`,
  );
});

test('a history that does not reach back to a release is told so', async () => {
  await checkout.deliver('0123456789abcdef', 'dev');
  expect(await checkout.lint()).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /^There is no chart of the release 0123456789abcdef here\.\n.*git fetch --unshallow\n$/,
    ),
  });
});

async function editSchema(): Promise<void> {
  const file = checkout.at('helm-chart/values.schema.json');
  const schema = JSON.parse(await readFile(file, 'utf8')) as { properties: object };
  Object.assign(schema.properties, { colour: { type: 'string' } });
  await writeFile(file, JSON.stringify(schema));
}
