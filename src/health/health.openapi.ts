import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';

const Live = z.object({ status: z.literal('ok') });
const Indicators = z.record(z.string(), z.looseObject({ status: z.enum(['up', 'down']) }));
const Ready = z.object({
  status: z.enum(['ok', 'error', 'shutting_down']),
  info: Indicators,
  error: Indicators,
  details: Indicators,
});
const ready = { 'application/json': { schema: Ready } };

export const paths: ZodOpenApiPathsObject = {
  '/health/live': {
    get: {
      summary: 'Whether the process works at all; it depends on nothing',
      responses: { 200: { description: 'It does', content: { 'application/json': { schema: Live } } } },
    },
  },
  '/health/ready': {
    get: {
      summary: 'Whether the service should get requests',
      responses: {
        200: { description: 'Every indicator is up', content: ready },
        503: { description: 'An indicator is down, or the process is stopping', content: ready },
      },
    },
  },
};
