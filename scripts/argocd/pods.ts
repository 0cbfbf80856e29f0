import { z } from 'zod';
import { healthShape } from './application.ts';

const nodeShape = z.object({
  kind: z.string(),
  name: z.string(),
  health: healthShape,
  images: z.array(z.string()).default([]),
  info: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});

/** The pods in an answer of `/api/v1/applications/NAME/resource-tree`. */
export const podsShape = z.object({ nodes: z.array(nodeShape).nullish() }).transform(({ nodes }) =>
  (nodes ?? [])
    .filter(({ kind }) => kind === 'Pod')
    .map(({ kind, name, health: { status, message }, images, info }) => {
      const reason = info.find(({ name }) => name === 'Status Reason')?.value;
      return { kind, name, health: status, state: reason ?? status ?? '', message, images };
    }),
);

/** A pod in the cluster that belongs to an Application. */
export type Pod = z.infer<typeof podsShape>[number];
