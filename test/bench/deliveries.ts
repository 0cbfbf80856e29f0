import type { Git } from '../../scripts/git/git.ts';
import { flowPath } from '../../scripts/release/flow.ts';
import { valuesPath } from '../../scripts/release/values.ts';

/** A digest that a release of a number has alone. */
export function digestOf(tag: string): string {
  return `sha256:${tag.padEnd(64, '0')}`;
}

/**
 * Writes a bare repository whose environments, each taking from the one before, were delivered to in turns: every
 * release goes through all of them. Gives the tags of the releases, oldest first.
 */
export async function writeDeliveries(
  git: Git,
  folder: string,
  { environments, releases, deliveries }: { environments: number; releases: number; deliveries: number },
): Promise<string[]> {
  await git.read(['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  await git.read(['-C', folder, 'config', 'uploadpack.allowFilter', 'true']);
  const names = Array.from({ length: environments }, (_, index) => `env-${index}`);
  const flow = names.map((name, index) => `  - name: ${name}\n${index > 0 ? `    from: env-${index - 1}\n` : ''}`);
  const files = [
    file(flowPath, `environments:\n${flow.join('')}`),
    ...names.map((name) => file(valuesPath(name), valuesOf(''))),
  ];
  const commits = Array.from({ length: releases }, (_, index) => commit(index, `Change ${index}`));
  await importStream(git, folder, [commit(0, 'Start'), ...files, ...commits]);
  const log = await git.read(['-C', folder, 'log', '--reverse', '--format=%h', '--abbrev=12', 'main']);
  const tags = log.split('\n').slice(1);
  const delivered = Array.from({ length: deliveries }, (_, index) => {
    const [tag = '', name = ''] = [tags[Math.floor(index / environments)], names[index % environments]];
    const kind = index % environments === 0 ? 'deploy' : 'promote';
    const message = `${kind}(${name}): ${tag}\n\nEnvironment: ${name}\nKind: ${kind}\nTo: ${tag}\nActor: bench`;
    return commit(releases + index, message, index === 0) + file(valuesPath(name), valuesOf(tag));
  });
  await importStream(git, folder, delivered);
  return tags;
}

async function importStream(git: Git, folder: string, stream: readonly string[]): Promise<void> {
  await git.read(['-C', folder, 'fast-import', '--quiet'], { input: stream.join('') });
}

function valuesOf(tag: string): string {
  return `image:\n  tag: "${tag}"\n  digest: "${tag && digestOf(tag)}"\n  revision: ""\n`;
}

function commit(number: number, message: string, continues = false): string {
  const from = continues ? 'from refs/heads/main^0\n' : '';
  const head = `commit refs/heads/main\ncommitter Bench <bench@example.com> ${1_700_000_000 + number * 60} +0000\n`;
  return `${head}data ${Buffer.byteLength(message)}\n${message}\n${from}`;
}

function file(path: string, text: string): string {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
}
