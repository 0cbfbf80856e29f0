import { spawn } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { run } from '../process/run.ts';

const sshd = '/usr/sbin/sshd';

export interface SshServer extends AsyncDisposable {
  /** `ssh://user@host:port`. */
  address: string;
  /** A line of known_hosts by which a client knows it. */
  knownHost: string;
  /** The private key that opens it, beside its public one. */
  key: string;
}

/** Starts OpenSSH's own server on the loopback address; whoever runs this logs in with a key made in the folder. */
export async function serveSsh(folder: string): Promise<SshServer> {
  await access(sshd).catch(() => {
    throw new Error(`There is no ${sshd}: install Debian's openssh-server to run these tests.`);
  });
  // Where it puts its unprivileged part away, which a start by the system would have made.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true });
  const [hostKey, key] = [join(folder, 'host-key'), join(folder, 'key')];
  for (const file of [hostKey, key]) await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const config = join(folder, 'sshd_config');
  await writeFile(
    config,
    [
      `HostKey "${hostKey}"`,
      `AuthorizedKeysFile "${key}.pub"`,
      'AuthenticationMethods publickey',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      '',
    ].join('\n'),
  );
  const server = createServer((socket) => {
    const session = spawn(sshd, ['-i', '-e', '-f', config], { stdio: ['pipe', 'pipe', 'ignore'] });
    socket.pipe(session.stdin);
    session.stdout.pipe(socket);
    // Either side may hang up first.
    for (const stream of [socket, session.stdin]) stream.on('error', () => undefined);
    socket.on('close', () => session.kill());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const publicKey = await execute('ssh-keygen', ['-y', '-f', hostKey]);
  return {
    address: `ssh://${userInfo().username}@127.0.0.1:${address.port}`,
    knownHost: `[127.0.0.1]:${address.port} ${publicKey}`,
    key,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

function execute(program: string, args: readonly string[]): Promise<string> {
  return run(program, args, { env: { PATH: process.env.PATH }, timeLimit: 20_000 });
}
