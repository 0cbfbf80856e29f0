import { join } from 'node:path';
import { Failure } from '../shell/failure.ts';
import { isLoopback } from '../shell/loopback.ts';
import { type Digest, parseDigest } from '../release/image.ts';
import { runHelm, type HelmCall } from './program.ts';

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
  const explain = (words: string) =>
    new Failure('invalid-chart', `Packaging ${chart} failed: ${words}`, 'Correct what Helm names.');
  const words = await callHelm(['package', chart, ...versions, '--destination', bench.temporary], bench, explain);
  const archive = /saved it to: (.+)$/m.exec(words)?.[1];
  if (archive === undefined) throw new Error(`Helm does not say where the package is: ${words}`);
  return archive;
}

/** Pushes a packaged chart below a path of a registry, and answers the digest that the registry gave it. */
export async function pushChart(archive: string, parent: string, bench: PushBench): Promise<Digest> {
  const plain = isLoopback(parent.split('/')[0] ?? '') ? ['--plain-http'] : [];
  const login = ['--registry-config', bench.authFile];
  const hint = 'Look at what the registry said; the job can run again as it is.';
  const explain = (words: string) =>
    new Failure('registry-refused', `Pushing the chart to ${parent} failed: ${words}`, hint);
  const words = await callHelm(['push', archive, `oci://${parent}`, ...login, ...plain], bench, explain);
  return parseDigest(/^Digest: (\S+)$/m.exec(words)?.[1] ?? '', 'helm push');
}

async function callHelm(args: readonly string[], bench: PushBench, explain: HelmCall['explain']): Promise<string> {
  const { env, temporary, signal } = bench;
  const network = Object.entries(env).filter(([name]) => /^(SSL_CERT_\w+|(https?|no|all)_proxy)$/i.test(name));
  const own = { ...Object.fromEntries(network), HOME: join(temporary, 'home') };
  const { stdout, stderr } = await runHelm(args, { env: own, signal, explain });
  return `${stdout}${stderr}`.trim();
}
