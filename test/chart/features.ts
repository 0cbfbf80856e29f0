import type { Manifest } from '../support/kubernetes/manifests.ts';
import { applyPatch } from '../support/kubernetes/patch.ts';
import { expectedObjects } from './expected.ts';
import type { Feature } from './features/feature.ts';
import { anotherSize, config, extras, pullSecrets, secrets, tmp } from './features/pod.ts';
import { migration, schedules, workers } from './features/processes.ts';
import { noTest, program } from './features/program.ts';
import { autoscaling, oneReplica, placement, rollout, verticalHints } from './features/scaling.ts';
import { ingress, namedSources, noMetrics, noNetworkPolicy, route, serviceMonitor } from './features/traffic.ts';

/** Every feature of the chart. What a later one patches, an earlier one has patched already. */
export const features: readonly Feature[] = [
  oneReplica,
  autoscaling,
  verticalHints,
  rollout,
  placement,
  ingress,
  route,
  namedSources,
  serviceMonitor,
  noMetrics,
  noNetworkPolicy,
  config,
  secrets,
  tmp,
  extras,
  anotherSize,
  pullSecrets,
  program,
  noTest,
  workers,
  schedules,
  migration,
];

/** Every object that the chart renders with these features, whole, by its kind, and its suffix. */
export function expectedWith(on: readonly Feature[]): Record<string, Manifest> {
  const names = new Set(on.map(({ name }) => name));
  return on.reduce<Record<string, Manifest>>(
    (objects, { patch }) => applyPatch(objects, patch(names, objects)) as Record<string, Manifest>,
    expectedObjects,
  );
}

/**
 * Sets of features in which any two are both on, both off, and each on without the other, at least once. Each feature
 * is on in four rows of seven, no two in the same four; so two of them meet in one, and part in others.
 */
export function combineInPairs(): Feature[][] {
  const fours = Array.from({ length: 2 ** rows }, (_, bits) => bits).filter((bits) => countOnes(bits) === 4);
  return Array.from({ length: rows }, (_, row) => features.filter((_, index) => ((fours[index] ?? 0) >> row) & 1));
}

const rows = 7;

function countOnes(bits: number): number {
  return bits.toString(2).replaceAll('0', '').length;
}
