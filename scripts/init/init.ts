import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { write } from '../shell/contents.ts';
import { pipelinePath } from '../lint/pipeline.ts';
import { Failure } from '../shell/failure.ts';
import { planFiles, type Service } from './plan.ts';
import type { Templates } from './templates.ts';

/** Writes into a repository what a service in any language needs to be delivered: all of it, and over nothing. */
export async function init(directory: string, templates: Templates, service: Service): Promise<string[]> {
  const files = planFiles(templates, service);
  const paths = [...files.keys()].sort();
  const tops = [...new Set(paths.map((path) => path.split('/')[0] ?? path))];
  const taken = tops.filter((top) => existsSync(join(directory, top)));
  if (taken.length > 0) throw refusal(taken);
  await write(directory, files);
  return paths;
}

function refusal(taken: readonly string[]): Failure {
  return new Failure(
    'usage',
    `Nothing was written, for there is already: ${taken.join(', ')}.`,
    taken.includes(pipelinePath)
      ? `Keep its jobs: git mv ${pipelinePath} .gitlab/checks.yml, run this again, and include that file by "- local: .gitlab/checks.yml".`
      : 'Move it away, or write by hand what is missing.',
  );
}
