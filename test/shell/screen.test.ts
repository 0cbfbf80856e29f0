import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { toLine } from '../../scripts/release/line.ts';
import { serveArgo } from '../support/argocd/server.ts';
import { recordApplication } from '../support/argocd/situation.ts';
import { variables } from '../support/command/waiting-room.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { runs } from '../support/git/runs.ts';

// Clears the screen, sets the title, colours by one and by two bytes, rings, goes back, and turns what follows around; and
// holds what is no character of Unicode.
const evil = '\x1b[2J\x1b]0;owned\x07 \x1b[31mred \x9b41m\r\x85\ufdd2\u{1fffe}\u202etxt.exe';
const shown = '\ufffd[2J\ufffd]0;owned\ufffd \ufffd[31mred \ufffd41m\ufffd\ufffd\ufffd\ufffd\ufffdtxt.exe';
const digest = `sha256:${'a'.repeat(64)}`;

let sandbox: Sandbox;
let checkout: string;
let tag: string;
let commit: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  const { origin } = sandbox;
  const older = (await origin.commit('Name the Applications', namedApplications)).slice(0, 8);
  origin.person = `Eve ${evil} <eve@example.com>`;
  commit = await origin.commit(`Add ${evil}`);
  tag = commit.slice(0, 8);
  await origin.commit(
    `promote(dev): ${tag}\n\nEnvironment: dev\nActor: ${evil}\nReason: because ${evil}`,
    runs({ dev: tag, staging: older }),
  );
  const hold = `reason: "look \\e[2J\\a \\u202e"\nby: "eve\\r\\e]0;owned\\a"\nsince: 2026-09-21T10:00:00Z\n`;
  await origin.commit('Hold by hand', { 'environments/production/hold.yaml': hold });
  await origin.commit('Edit what is held', runs({ production: older }));
  await writeFile(join(sandbox.folder, 'words'), `no ${evil}\n`);
  await origin.installHook('pre-receive', `cat '${join(sandbox.folder, 'words')}' >&2; exit 1`);
  checkout = await sandbox.clone();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test.each([
  ['status', `Add ${shown}`, 'held by eve ]0;owned for', ': look [2J \ufffd', `Degraded ${shown}`],
  ['history dev', `because ${shown}`, `Eve ${shown}`],
  ['audit', `Eve ${shown} <eve@example.com>`],
  ['promote staging --dry-run', `Add ${shown}`, `Eve ${shown}`],
  ['hold staging --reason look', `remote: no ${shown.slice(0, 20)}`],
])('%s: a terminal shows what others wrote, and does nothing that it says', async (command, ...words) => {
  const application = recordApplication({ commit, tag, digest, health: `Degraded ${evil}` as 'Degraded' });
  await using server = await serveArgo({ applications: [{ body: application }] });
  const output = await type(command, { ...variables(server.host), NO_COLOR: '1' });
  expect(output.replaceAll('\r\n', '\n')).not.toMatch(/[[\p{Cc}--\n]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/v);
  for (const text of words) expect(output).toContain(text);
});

test.each([
  ['an escape', '\x1b[31m'],
  ['C1 controls', '\x9b31m\x85'],
  ['line ends of Unicode', '\u2028\u2029'],
  ['noncharacters', '\ufdd0\ufdd2\ufdef\ufffe\uffff\u{1fffe}\u{10ffff}'],
  ['half of a character', '\ud83d and \ude00'],
])('a text of others with %s becomes one plain line', (_, text) => {
  const line = toLine(`red ${text} now`);
  expect(line).toMatch(/^red .*now$/);
  expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{NChar}\u2028\u2029]/u);
});

test('a text of others is not emphasized, whatever it holds, and is quoted to a program as it is', async () => {
  const text = '\ufdd1bold\ufdd0 \u{1fffe}';
  const source = `
    import { paint, show, showDocument } from '${resolve('scripts/shell/screen.ts')}';
    show(paint('red', 'ours') + ' ' + ${JSON.stringify(text)});
    showDocument(${JSON.stringify(text)});`;
  const env = { FORCE_COLOR: '1', PATH: process.env.PATH };
  const { stdout } = await runProgram(process.execPath, ['--input-type=module', '--eval', source], {
    env,
    timeLimit: 20_000,
  });
  const [shown = '', document = ''] = stdout.toString().split('\n');
  expect(shown).toBe('\x1b[31mours\x1b[39m \ufffdbold\ufffd \ufffd');
  expect(document).toBe('"\\ufdd1bold\\ufdd0 \\ud83f\\udffe"');
});

test('a reader that goes early, such as head, changes no exit code', async () => {
  const audit = `'${process.execPath}' '${resolve('scripts/gitops.ts')}' audit`;
  const { stdout } = await run('bash', ['-c', `${audit} | true; echo "\${PIPESTATUS[0]}"`], {});
  expect(stdout.toString()).toBe('3\n');
});

/** What a terminal of 100 columns gets while a command runs in it. */
async function type(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const line = `stty cols 100; exec '${process.execPath}' '${resolve('scripts/gitops.ts')}' ${command}`;
  const { stdout } = await run('script', ['--quiet', '--command', line, '/dev/null'], env);
  return stdout.toString();
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const options = { cwd: checkout, env: { ...sandbox.env, TERM: 'xterm', ...env }, timeLimit: 20_000 };
  return runProgram(program, args, options);
}
