import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { requireHelm } from '../../scripts/helm/program.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { ecrPassword } from '../support/registry/ecr-server.ts';
import type { Project } from './project.ts';

/** What a project without a chart does: pulls a version of the chart from the registry, and renders it. */
export async function renderPulledChart(project: Project, version: string, values: object): Promise<string> {
  await using folder = await mkdtempDisposable(join(project.folder, 'chart-'));
  const helm = async (...args: string[]) => {
    const { status, stdout, stderr } = await runProgram(await requireHelm(4), args, {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: folder.path },
      timeLimit: 30_000,
    });
    if (status !== 0) throw new Error(`helm ${String(args[0])} ended with ${String(status)}: ${stderr}`);
    return stdout.toString();
  };
  const auth = Buffer.from(`AWS:${ecrPassword}`).toString('base64');
  const login = join(folder.path, 'login.json');
  await writeFile(login, JSON.stringify({ auths: { [project.registry.host]: { auth } } }));
  await writeFile(join(folder.path, 'orders.yaml'), stringify(values));
  const reference = `oci://${project.repository}/service`;
  await helm('pull', reference, '--version', version, '--plain-http', '--registry-config', login);
  const kubernetes = ['--kube-version', '1.34.0'];
  return await helm('template', 'orders', `service-${version}.tgz`, '--values', 'orders.yaml', ...kubernetes);
}
