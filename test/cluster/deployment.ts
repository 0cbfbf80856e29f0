import { z } from 'zod';
import { kubectl } from './kubectl.ts';

const shape = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.looseObject({
    replicas: z.number(),
    template: z.object({
      spec: z.object({ containers: z.tuple([z.object({ image: z.string() })], z.unknown()) }),
    }),
  }),
  status: z.object({
    observedGeneration: z.number().default(0),
    replicas: z.number().default(0),
    updatedReplicas: z.number().default(0),
    availableReplicas: z.number().default(0),
  }),
});

/** A Deployment as the cluster has it. */
export type LiveDeployment = z.infer<typeof shape>;

/** Reads a Deployment. */
export async function readDeployment(name: string, namespace: string): Promise<LiveDeployment> {
  const text = await kubectl(['get', 'deployment', name, `--namespace=${namespace}`, '--output=json']);
  return shape.parse(JSON.parse(text));
}

/** Which image runs, and whether all of its pods are there, and none of another. */
export function whatRuns({ metadata, spec, status }: LiveDeployment): { image: string; isComplete: boolean } {
  const { observedGeneration, replicas, updatedReplicas, availableReplicas } = status;
  const isComplete =
    observedGeneration === metadata.generation &&
    [replicas, updatedReplicas, availableReplicas].every((count) => count === spec.replicas);
  return { image: spec.template.spec.containers[0].image, isComplete };
}
