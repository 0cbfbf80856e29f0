import { z } from 'zod';
import { runProgram } from '../../scripts/process/program.ts';

// Milliseconds; a namespace takes its time to go.
const timeLimit = 180_000;

const metadata = z.object({ name: z.string(), finalizers: z.array(z.string()).default([]) });
const list = z.object({ items: z.array(z.object({ metadata })) });

/** Runs kubectl on the cluster that KUBECONFIG names, and gives its output; it throws when kubectl fails. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await runProgram('kubectl', args, {
    env: process.env,
    timeLimit,
    ...(input !== undefined && { input }),
  });
  if (status === 0) return stdout.toString();
  throw new Error(`kubectl ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
}

/** Creates or changes an object, or those of a list. */
export async function apply(object: object): Promise<void> {
  await kubectl(['apply', '--filename=-'], JSON.stringify(object));
}

/** The names of the objects of a kind in a namespace, each with what must be done before it goes. */
export async function listFinalizers(kind: string, namespace: string): Promise<[string, string[]][]> {
  const text = await kubectl(['get', kind, `--namespace=${namespace}`, '--output=json']);
  return list.parse(JSON.parse(text)).items.map(({ metadata }) => [metadata.name, metadata.finalizers]);
}
