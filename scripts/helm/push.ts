import { join } from 'node:path';
import { Failure, type FailureCode } from '../shell/failure.ts';
import { isLoopback } from '../shell/loopback.ts';
import { type Digest, parseDigest } from '../release/image.ts';
import { runHelm } from './program.ts';

/** What Helm works with to push. */
interface PushBench {
  /** The environment of the script: Helm gets the network's settings, and no credential. */
  env: NodeJS.ProcessEnv;
  /** A folder for what must not outlive the run. */
  temporary: string;
  /** The file with the registry's credentials. */
  authFile: string;
  signal?: AbortSignal | undefined;
}

/** Packages a chart under a version, and answers the archive's path. */
export async function packageChart(
  chart: string,
  { version, appVersion }: { version: string; appVersion: string },
  bench: PushBench,
): Promise<string> {
  const versions = ['--version', version, '--app-version', appVersion];
  const words = await callHelm(['package', chart, ...versions, '--destination', bench.temporary], bench, {
    code: 'invalid-chart',
    what: `Packaging ${chart}`,
    hint: 'Correct what Helm names.',
  });
  const archive = /saved it to: (.+)$/m.exec(words)?.[1];
  if (archive === undefined) throw new Error(`Helm does not say where the package is: ${words}`);
  return archive;
}

/** Pushes a packaged chart below a path of a registry, and answers the digest that the registry gave it. */
export async function pushChart(archive: string, parent: string, bench: PushBench): Promise<Digest> {
  const plain = isLoopback(parent.split('/')[0] ?? '') ? ['--plain-http'] : [];
  const login = ['--registry-config', bench.authFile];
  const words = await callHelm(['push', archive, `oci://${parent}`, ...login, ...plain], bench, {
    code: 'registry-refused',
    what: `Pushing the chart to ${parent}`,
    hint: 'Look at what the registry said; the job can run again as it is.',
  });
  return parseDigest(/^Digest: (\S+)$/m.exec(words)?.[1] ?? '', 'helm push');
}

async function callHelm(
  args: readonly string[],
  { env, temporary, signal }: PushBench,
  { code, what, hint }: { code: FailureCode; what: string; hint: string },
): Promise<string> {
  const network = Object.entries(env).filter(([name]) => /^(SSL_CERT_\w+|(https?|no|all)_proxy)$/i.test(name));
  const { stdout, stderr } = await runHelm(args, {
    env: { ...Object.fromEntries(network), HOME: join(temporary, 'home') },
    signal,
    explain: (words) => new Failure(code, `${what} failed: ${words}`, hint),
  });
  return `${stdout}${stderr}`.trim();
}
