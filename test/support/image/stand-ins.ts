import { chmod, copyFile, cp, mkdir, mkdtempDisposable } from 'node:fs/promises';
import { realpath, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeImageStorage } from './image-storage.ts';
import { run } from '../process/run.ts';

// Outside of node_modules, which npm ci empties.
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pipeline-proof');
const suite = 'bookworm';
// For machines that reach no registry, in the place of the Dockerfile's public bases.
const names = {
  BUILD_IMAGE: `localhost/stand-in/build:${suite}-${process.version}`,
  RUNTIME_IMAGE: `localhost/stand-in/runtime:${suite}-${process.version}`,
};
const driver = 'overlay';
// Milliseconds: a whole Debian is downloaded.
const timeLimit = 300_000;

/**
 * Makes the stand-ins from Debian and the Node of the lock file, once for each version: for the build one with a shell
 * and npm, for the runtime one with nothing but Node, its libraries and certificates.
 */
export async function makeStandIns(): Promise<void> {
  const env = await makeImageStorage(cache, { driver });
  const images = await run('buildah', ['images', '--format', '{{.Name}}:{{.Tag}}'], options(env));
  if (!Object.values(names).every((name) => images.includes(name))) await build(env);
}

/** The arguments of a build that name the stand-ins. */
export const standIns: readonly string[] = Object.entries(names).map(([name, image]) => `${name}=${image}`);

/** Makes a storage in a folder that has the stand-ins, and gives the variables that name it. */
export async function copyStandIns(folder: string): Promise<Record<string, string>> {
  // As an additional store buildah 1.28 reads them too, but then every build of several stages fails at its end.
  const env = await makeImageStorage(folder, { driver });
  await run('cp', ['--archive', join(cache, 'images'), folder], options());
  return env;
}

async function build(env: NodeJS.ProcessEnv): Promise<void> {
  await using folder = await mkdtempDisposable(join(cache, 'context-'));
  const root = join(folder.path, 'build');
  const debian = ['--variant=minbase', '--include=ca-certificates,libatomic1', suite, root];
  await run('debootstrap', debian, options(env));
  await addNode(root);
  await addRuntime(root, join(folder.path, 'runtime'));
  const files = {
    BUILD_IMAGE:
      'FROM scratch\nCOPY build /\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\nCMD ["node"]\n',
    RUNTIME_IMAGE: 'FROM scratch\nCOPY runtime /\nENTRYPOINT ["/nodejs/bin/node"]\n',
  };
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder.path, name);
    await writeFile(file, content);
    await run(
      'buildah',
      ['build', '--file', file, '--tag', names[name as keyof typeof names], folder.path],
      options(env),
    );
  }
}

/** Node, npm, and the certificates of this machine, which may be behind a proxy that has its own. */
async function addNode(root: string): Promise<void> {
  const npm = dirname(dirname(await realpath((await run('which', ['npm'], options())).trim())));
  await copyFile(process.execPath, join(root, 'usr/local/bin/node'));
  await chmod(join(root, 'usr/local/bin/node'), 0o755);
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const program of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${program}-cli.js`, join(root, 'usr/local/bin', program));
  }
  const certificates = 'etc/ssl/certs/ca-certificates.crt';
  await copyFile(join('/', certificates), join(root, certificates));
}

async function addRuntime(root: string, runtime: string): Promise<void> {
  const debian = options({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
  const linked = await run('chroot', [root, 'ldd', '/usr/local/bin/node'], debian);
  const libraries = linked.match(/\/\S+/g) ?? [];
  const files = new Map([
    ['/nodejs/bin/node', '/usr/local/bin/node'],
    ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/ca-certificates.crt'],
    ...libraries.map((library) => [library, library] as const),
  ]);
  for (const [target, source] of files) {
    await mkdir(dirname(join(runtime, target)), { recursive: true });
    await copyFile(await realpath(join(root, source)).catch(() => join(root, source)), join(runtime, target));
  }
}

function options(env: NodeJS.ProcessEnv = {}) {
  return { env: { ...process.env, ...env }, timeLimit };
}
