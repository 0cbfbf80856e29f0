import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';

const About = z.object({
  name: z.string(),
  version: z.string(),
  release: z.string(),
  environment: z.string(),
});
const about = { 'application/json': { schema: About } };

export const paths: ZodOpenApiPathsObject = {
  '/': {
    get: {
      summary: 'What answers here',
      responses: { 200: { description: 'The build and its environment', content: about } },
    },
  },
};
