import { ecrPassword } from '../support/registry/ecr-server.ts';
import { run } from '../support/process/run.ts';

/** Makes a container of an image in the registry of the proof, within milliseconds, and gives its name. */
export async function pullImage(
  reference: string,
  options: { env: NodeJS.ProcessEnv; timeLimit: number },
): Promise<string> {
  const login = ['--tls-verify=false', '--creds', `AWS:${ecrPassword}`];
  return (await run('buildah', ['from', '--quiet', ...login, `docker://${reference}`], options)).trim();
}
