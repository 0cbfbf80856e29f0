import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { git } from '../support/git/git.ts';
import { runs } from '../support/git/runs.ts';
import { root } from '../support/kubernetes/render.ts';
import { findScripts, readTyped } from './typed.ts';

const scripts = findScripts(await readTyped());
// A command that is only named has no arguments, and wait has its own proof, with an Argo CD.
const deliveries = /^(?:diff|history|hold|promote|resume|rollback)$/;
const whole = scripts.filter(({ name, args, words }) =>
  deliveries.test(name) ? args.length > 0 && words.includes('--') : /^(?:advance|audit|status)$/.test(name),
);
const typed = new Set(whole.filter(({ args }) => !args.includes('--remote')).map(({ words }) => words.join('\0')));

let sandbox: Sandbox;
let checkout: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  const { origin } = sandbox;
  await origin.commit('Tell Argo CD', namedApplications);
  const commits = await origin.commitAll(['Add the version endpoint', 'Count the requests', 'Raise the limit']);
  const [first = '', second = '', third = ''] = commits.map((sha) => sha.slice(0, 8));
  for (const [environment = '', release = ''] of [
    ...['dev', 'staging', 'production'].map((name) => [name, first]),
    ...['dev', 'staging', 'production'].map((name) => [name, second]),
    ['dev', third],
  ]) {
    const kind = environment === 'dev' ? 'deploy' : 'promote';
    await origin.commit(`${kind}(${environment}): ${release}`, runs({ [environment]: release }));
  }
  checkout = await sandbox.clone();
  // The scripts of this repository, on the branch of that checkout.
  const words = `case " $* " in *" -- "*) ;; *) set -- "$@" -- ;; esac; set -- --prefix '${root}' "$@" --repo "$PWD"`;
  await sandbox.wrap('npm', words);
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test.each([...typed].map((line) => [line.replaceAll('\0', ' '), line.split('\0')] as const))(
  '%s does what it is for, or is refused by a rule',
  async (_, [npm = '', ...words]) => {
    const args = words.map((word) => word.replace('<environment>', 'staging'));
    const { status, stdout, stderr } = await type(npm, args);
    expect(`${String(status)} ${stderr}${stdout.toString()}`).toMatch(/^[03] /);
  },
  60_000,
);

test('a checkout tells what was known when GitLab is away', async () => {
  await git(checkout, ['pull', '--quiet']);
  const before = await type('npm', ['run', '--silent', 'status']);
  const away = 'https://127.0.0.1:1/group/project.git';
  await sandbox.configure(checkout, { 'remote.origin.url': away });
  const told = await type('npm', ['run', '--silent', 'status']);
  expect([before.status, told.status]).toEqual([0, 0]);
  expect(told.stdout.toString()).toBe(before.stdout.toString());
  expect(told.stderr).toContain(away);
  expect(told.stderr).toMatch(/\nThe answer is from what this checkout fetched last, \d min ago\.\n$/);
}, 60_000);

function type(program: string, args: readonly string[]) {
  return runProgram(program, args, { cwd: checkout, env: sandbox.env, timeLimit: 50_000 });
}
