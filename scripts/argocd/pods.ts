import { z } from 'zod';
import { healthShape } from './application.ts';
import type { Resource } from './application.ts';

/** A pod in the cluster that belongs to an Application. */
export interface Pod extends Resource {
  images: string[];
}

const treeShape = z.object({
  nodes: z
    .array(
      z.object({
        kind: z.string(),
        name: z.string(),
        health: healthShape,
        images: z.array(z.string()).default([]),
        info: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
      }),
    )
    .nullish(),
});

/** Reads the pods in an answer of `/api/v1/applications/NAME/resource-tree`; undefined when it is none. */
export function parsePods(content: unknown): Pod[] | undefined {
  const { data } = treeShape.safeParse(content);
  if (!data) return undefined;
  return (data.nodes ?? [])
    .filter(({ kind }) => kind === 'Pod')
    .map(({ kind, name, health: { status, message }, images, info }) => {
      const reason = info.find(({ name }) => name === 'Status Reason')?.value;
      return { kind, name, health: status, state: reason ?? status ?? '', message, images };
    });
}
