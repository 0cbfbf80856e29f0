import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findPort } from '../process/service.ts';
import { run } from '../process/run.ts';

const password = 'a-password-that-is-shown-nowhere';
/** PostgreSQL refuses to run as root. */
const nobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : ['env'];

export interface Postgres extends AsyncDisposable {
  /** Its address, with a password. */
  url: string;
  password: string;
}

/**
 * Starts a PostgreSQL of this machine, with a database of its own.
 * @throws when Debian's package `postgresql` is not installed
 */
export async function startPostgres(): Promise<Postgres> {
  const programs = await findPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  await chmod(folder, 0o777);
  const port = String(await findPort());
  const data = join(folder, 'data');
  const [file = '', ...args] = nobody;
  const options = { env: { PATH: process.env.PATH, LANG: 'C' }, timeLimit: 60_000 };
  await run(file, [...args, `${programs}/initdb`, '--auth=trust', '--username=orders', data], options);
  const settings = ['-D', data, '-p', port, '-k', folder, '-c', 'listen_addresses=127.0.0.1'];
  const server = spawn(file, [...args, `${programs}/postgres`, ...settings], {
    env: options.env,
    stdio: 'ignore',
  });
  const isReady = () =>
    run(`${programs}/pg_isready`, ['-h', '127.0.0.1', '-p', port], options).then(
      () => true,
      () => false,
    );
  while (!(await isReady())) await setTimeout(100);
  return {
    url: `postgres://orders:${password}@127.0.0.1:${port}/postgres`,
    password,
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT');
      if (server.exitCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function findPrograms(): Promise<string> {
  for await (const folder of glob('/usr/lib/postgresql/*/bin')) return folder;
  throw new Error('PostgreSQL is not installed. On Debian: sudo apt-get install --yes postgresql');
}
