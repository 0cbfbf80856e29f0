import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../../scripts/process/program.ts';
import { findPort, Service } from '../support/process/service.ts';
import { type Postgres, startPostgres } from '../support/service/postgres.ts';
import { run } from '../support/process/run.ts';

const database = `import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Pool } from 'pg';
import { Config } from '../config.ts';
import { Readiness } from '../health/readiness.ts';

@Injectable()
export class Database implements OnModuleInit, OnApplicationShutdown {
  private readonly pool: Pool;

  constructor(
    config: Config,
    private readonly readiness: Readiness,
  ) {
    this.pool = new Pool({ connectionString: config.DATABASE_URL, connectionTimeoutMillis: 500 });
    this.pool.on('error', () => undefined);
  }

  onModuleInit(): void {
    this.readiness.add('database', () => this.pool.query('SELECT 1'));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
`;
const variable = `z.object({
    DATABASE_URL: z
      .url({ protocol: /^postgres$/, error: 'expected an address that begins with postgres://' })
      .meta({ secret: true, examples: ['postgres://127.0.0.1:1/none'] })
      .describe('where the notes are kept'),
    HOST`;

/** A copy of this project, to which somebody adds a database that the service cannot work without. */
let folder: string;
let postgres: Postgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'database-'));
  const options = { env: { PATH: process.env.PATH }, timeLimit: 60_000 };
  const files = (await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options)).trim();
  for (const file of files.split('\n')) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(file, join(folder, file));
  }
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'src/database'));
  await writeFile(join(folder, 'src/database/database.ts'), database);
  await edit('src/config.ts', 'z.object({\n    HOST', variable);
  await edit('src/app.module.ts', 'providers: [', 'providers: [Database, ');
  await edit(
    'src/app.module.ts',
    'import { Drain }',
    "import { Database } from './database/database.ts';\nimport { Drain }",
  );
  postgres = await startPostgres();
}, 120_000);

afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('the docs are written, and say that the variable is required, and a secret', async () => {
  await npm(['run', 'docs']);
  const readme = await readFile(join(folder, 'src/README.md'), 'utf8');
  expect(readme).toMatch(/^\| `DATABASE_URL` +\| required, secret +\| where the notes are kept +\|$/m);
  await npm(['exec', '--', 'node', 'scripts/docs.ts', '--check']);
}, 60_000);

test('it is built and warmed where there is no database, and no variable is set', async () => {
  await npm(['run', 'build']);
  await npm(['run', 'warm']);
}, 60_000);

test('it is ready when its database is there, and the log says when it is not', async () => {
  const port = await findPort();
  await using other = await startPostgres();
  const service = start(port, { DATABASE_URL: other.url });
  await service.ready(`http://127.0.0.1:${port}/health/ready`, 20_000);
  await other[Symbol.asyncDispose]();
  while ((await fetch(`http://127.0.0.1:${port}/health/ready`)).ok);
  expect((await fetch(`http://127.0.0.1:${port}/health/live`)).ok).toBe(true);
  expect(await service.stop(10_000)).toBe(0);
  const log = service.lines.join('\n');
  expect(log).toContain('"msg":"not ready: database"');
  expect(log).not.toContain(other.password);
}, 60_000);

test.each([
  ['wrong', 'DATABASE_URL is set, to a secret: expected an address that begins with postgres://'],
  ['not set', 'DATABASE_URL is not set: expected an address that begins with postgres://'],
])('a variable that is %s is a fault that does not show it', async (what, fault) => {
  const DATABASE_URL = `mysql://orders:${postgres.password}@127.0.0.1/orders`;
  const service = start(await findPort(), what === 'wrong' ? { DATABASE_URL } : {});
  expect(await service.ended).toBe(2);
  expect(service.lines).toContain(`  ${fault}`);
  expect(service.lines.join('\n')).not.toContain(postgres.password);
});

test('the tests pass with it, and without it say in one line what they need', async () => {
  const tests = ['run', 'jest', '--', 'test/service', 'test/chart/configuration', 'src'];
  await npm(tests, { DATABASE_URL: postgres.url });
  const { status, stderr } = await attempt(tests);
  expect(status).toBe(1);
  expect(stderr).toContain('The tests start the service, which needs DATABASE_URL: set it, to what they may use.');
}, 300_000);

test('so does the rehearsal', async () => {
  await run('git', ['init', '--quiet', '--initial-branch=main', folder], gitOptions());
  await run('git', ['-C', folder, 'add', '--all'], gitOptions());
  await run('git', ['-C', folder, 'commit', '--quiet', '--message=Add a database'], gitOptions());
  const without = await attempt(['run', 'rehearse']);
  expect(without.status).toBe(2);
  expect(without.stderr).toContain('Not set, or empty: DATABASE_URL.');
  await npm(['run', 'rehearse'], { DATABASE_URL: postgres.url });
}, 400_000);

function start(port: number, env: NodeJS.ProcessEnv): Service {
  const address = { HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: 'off' };
  return new Service(join(folder, 'dist/main.js'), { ...address, ...env });
}

function npm(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return run('npm', ['--prefix', folder, ...args], { env: { ...environment(), ...env }, timeLimit: 300_000 });
}

function attempt(args: readonly string[]) {
  return runProgram('npm', ['--prefix', folder, ...args], { env: environment(), timeLimit: 300_000 });
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder };
}

function gitOptions() {
  const person = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com' };
  return { env: { ...environment(), ...person, ...committer }, timeLimit: 60_000 };
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const file = join(folder, path);
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  await writeFile(file, text.replace(from, to));
}
