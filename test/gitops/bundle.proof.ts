import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { requireHelm } from '../../scripts/helm/program.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { createSandbox, type Sandbox } from '../support/command/sandbox.ts';
import { digest, ecrVariables, host, prepareJob } from '../support/command/publish-job.ts';
import { digestOf } from '../support/git/runs.ts';
import { serveEcr } from '../support/registry/ecr-server.ts';
import { run } from '../support/process/run.ts';

let sandbox: Sandbox;
let checkout: string;
let program: string;

beforeAll(async () => {
  const said = await run('npm', ['run', '--silent', 'bundle'], { env: process.env, timeLimit: 60_000 });
  sandbox = await createSandbox();
  program = join(sandbox.folder, 'alone', 'gitops.mjs');
  await mkdir(dirname(program));
  await copyFile(/^Wrote (.*)$/m.exec(said)?.[1] ?? '', program);
  checkout = await sandbox.clone({ asJob: true });
}, 60_000);

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

/** Runs the bundle by itself: as a program of the system, which finds Node. */
async function gitops(args: readonly string[], cwd = checkout) {
  const env = { ...sandbox.env, PATH: `${dirname(process.execPath)}:${sandbox.env.PATH ?? ''}` };
  const { status, stdout, stderr } = await runProgram(program, args, { cwd, env, timeLimit: 25_000 });
  return { status, stdout: stdout.toString(), stderr };
}

test('the bundle is one file, and each of its commands tells its help in its own words', async () => {
  expect(await readdir(dirname(program))).toEqual(['gitops.mjs']);
  const { status, stdout, stderr } = await gitops(['--help'], dirname(program));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: gitops \[options\] \[command\]\n/);
  const names = [...stdout.matchAll(/^ {2}([a-z]+) +.*[a-z]/gm)].map(([, name = '']) => name);
  expect(names).toEqual(expect.arrayContaining(['deploy', 'promote', 'status', 'image', 'chart']));
  for (const name of names) {
    const help = await gitops([name, '--help']);
    expect(help).toMatchObject({ status: 0, stdout: expect.stringMatching(new RegExp(`^Usage: gitops (${name} )?`)) });
    expect(help.stdout).not.toContain('npm');
  }
});

test('without Helm it says what is missing; with it, it delivers and tells what runs', async () => {
  const release = (await sandbox.origin.tip()).slice(0, 8);
  const deploy = ['deploy', 'dev', '--tag', release, '--digest', digestOf(release)];
  const missing = { status: 2, stderr: 'helm is not installed, or not on the PATH.\nInstall helm.\n' };
  expect(await gitops(deploy)).toMatchObject(missing);

  await copyFile(await requireHelm(4), join(sandbox.bin, 'helm'));
  const { status, stdout, stderr } = await gitops(deploy);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/To know when it is live: gitops wait dev\n$/);
  expect(await sandbox.origin.log('%s', '-1')).toEqual([`deploy(dev): ${release}`]);
  expect((await gitops(['status'])).stdout).toMatch(new RegExp(`^dev +${release} `, 'm'));
});

test('what it refuses names the next command as it is typed', async () => {
  expect(await gitops(['rollback', 'staging', '--reason', 'errors'])).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('\ngitops history staging lists '),
  });
  expect(await gitops(['promote'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('\ngitops promote --help shows its options.\n'),
  });
  const { stdout } = await gitops(['doctor', '--for', 'pipeline']);
  expect(stdout).toContain('Run it as a line of a job: gitops doctor --for pipeline\n');
  expect(stdout).not.toContain('npm');
});

test('bash completes its commands', async () => {
  const { stdout: script } = await gitops(['completion']);
  const line = `${script}\nCOMP_WORDS=(gitops pro); COMP_CWORD=1; _gitops; echo "\${COMPREPLY[@]}"; gitops --version`;
  const said = await run('bash', ['--norc', '-uc', line], { env: sandbox.env, timeLimit: 20_000 });
  expect(said).toMatch(/^promote\n\d+\.\d+\.\d+\n$/);
});

test('the bundle publishes an image to ECR', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob({}, program);
  const env = { ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` };
  expect(await job.run(env)).toMatchObject({
    status: 0,
    stdout: `Published ${host}/orders:3f9c1b2a\nIts digest is in build.env: ${digest}\n`,
  });
});
