import { join } from 'node:path';
import { renderChart } from '../../../scripts/helm/helm.ts';
import type { HelmVersion } from '../../../scripts/helm/program.ts';

export const root = join(import.meta.dirname, '../../..');
export const chart = join(root, 'helm-chart');

/** A release, as a delivery writes it: all digits, so that a tag which lost its quotes would show. */
export const release = {
  tag: '01234567',
  digest: 'sha256:3f9c1b2a3f9c1b2a3f9c1b2a3f9c1b2a3f9c1b2a3f9c1b2a3f9c1b2a3f9c1b2a',
};

/** Renders the chart for an environment as if the release had been delivered to it. */
export async function renderEnvironment(environment: string, helm?: HelmVersion): Promise<string> {
  return renderChart({
    chart,
    name: 'orders',
    namespace: `orders-${environment}`,
    values: [join(root, `environments/${environment}/values.yaml`)],
    set: { 'image.tag': release.tag, 'image.digest': release.digest },
    helm,
  });
}
