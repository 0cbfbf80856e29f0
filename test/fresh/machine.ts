import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../scripts/process/program.ts';
import type { ProgramOptions } from '../../scripts/process/program.ts';
import { git } from '../support/git/git.ts';
import { run } from '../support/process/run.ts';

// As root has it from a login; a user has all of it that he may use.
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const certificates = '/etc/ssl/certs/ca-certificates.crt';
const certificatesOfHost = '/etc/certificates-of-host.crt';
// Milliseconds: a whole Debian is downloaded.
const installLimit = 600_000;

/** What came of a line that was typed. */
export interface Typed {
  status: number | null;
  timedOut: boolean;
  output: string;
}

/** A machine that has Debian 13 as it comes, less than that on a server's disk, and a user who is not root. */
export class Machine implements AsyncDisposable {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async create(): Promise<Machine> {
    const machine = new Machine(await mkdtemp(join(tmpdir(), 'fresh-')));
    try {
      await machine.#install();
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #install(): Promise<void> {
    const options = { env: process.env, timeLimit: installLimit };
    // What it mounts in there goes with its namespace, also when it is killed.
    await run('unshare', ['--mount', 'debootstrap', '--variant=minbase', 'trixie', this.#root], options);
    // A temporary folder is its owner's alone, a machine is everybody's.
    await chmod(this.#root, 0o755);
    // The network of this machine may have an authority of its own.
    await copyFile(certificates, join(this.#root, certificatesOfHost));
    await run('chroot', [this.#root, 'useradd', '--create-home', 'ada'], {
      env: { PATH: path },
      timeLimit: 10_000,
    });
  }

  /** Puts a clone of a checkout's commit into the home of the user. */
  async clone(checkout: string): Promise<void> {
    await git('/', ['clone', '--quiet', `file://${checkout}`, join(this.#root, 'home/ada/project')]);
    const owned = ['chown', '--recursive', 'ada:ada', '/home/ada/project'];
    await run('chroot', [this.#root, ...owned], { env: { PATH: path }, timeLimit: 10_000 });
  }

  /** What comes of a line that root types into a shell. */
  asRoot(line: string, timeLimit: number): Promise<Typed> {
    return this.#type(line, [this.#root], { home: '/root', folder: '/root', timeLimit });
  }

  /** What comes of a line that the user types into a shell, in the clone. */
  asUser(line: string, timeLimit: number): Promise<Typed> {
    const place = { home: '/home/ada', folder: '/home/ada/project', timeLimit };
    return this.#type(line, ['--userspec=ada:ada', this.#root], place);
  }

  async #type(
    line: string,
    chroot: readonly string[],
    { home, folder, timeLimit }: { home: string; folder: string; timeLimit: number },
  ): Promise<Typed> {
    const namespace = ['--fork', '--pid', '--kill-child', `--mount-proc=${join(this.#root, 'proc')}`];
    // A machine has terminals, which programs are tested on.
    const start = 'mount -t devpts -o ptmxmode=0666 devpts "$0/dev/pts" && exec chroot "$@"';
    const shell = ['env', `--chdir=${folder}`, 'sh', '-c', line];
    const options: ProgramOptions = { env: { ...networkSettings(), HOME: home, PATH: path }, timeLimit };
    const { status, timedOut, stdout, stderr } = await runProgram(
      'unshare',
      [...namespace, 'sh', '-c', start, this.#root, ...chroot, ...shell],
      options,
    );
    return { status, timedOut, output: stdout.toString() + stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** How programs reach the network from this machine, which may be behind a proxy and have a registry of its own. */
function networkSettings(): NodeJS.ProcessEnv {
  const settings = Object.entries(process.env).filter(([name]) => /proxy$|^npm_config_registry$/i.test(name));
  return { ...Object.fromEntries(settings), NODE_EXTRA_CA_CERTS: certificatesOfHost };
}
