import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import manifest from '../../package.json' with { type: 'json' };

const problem = z
  .object({
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'What is wrong with a request (RFC 9457).' });

/** The service's contract as OpenAPI, from what each concern says of its own paths in a file `*.openapi.ts`. */
export async function describeContract(root: string): Promise<object> {
  const { name: title, version, description } = manifest;
  const files = await Array.fromAsync(glob('src/*/*.openapi.ts', { cwd: root }));
  const concerns = files.sort().map((file) => import(join(root, file)) as Promise<{ paths: ZodOpenApiPathsObject }>);
  const paths = (await Promise.all(concerns)).map(({ paths }) => paths);
  const answer = { description: 'A problem', content: { 'application/problem+json': { schema: problem } } };
  return createDocument({
    openapi: '3.1.1',
    info: { title, version, description },
    paths: Object.assign({}, ...paths) as ZodOpenApiPathsObject,
    components: { responses: { Problem: answer } },
  });
}
