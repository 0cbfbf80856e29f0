import { disruptionBudget, spreadOver } from '../expected.ts';
import { metadata } from '../parts.ts';
import { patchPod, target, type Feature } from './feature.ts';

const queue = {
  type: 'External',
  external: { metric: { name: 'queue' }, target: { type: 'Value', value: '9' } },
};
const behavior = { scaleDown: { stabilizationWindowSeconds: 600 } };

export const oneReplica: Feature = {
  name: 'one replica',
  values: { replicas: 1 },
  patch: () => ({ Deployment: { spec: { replicas: 1 } }, PodDisruptionBudget: undefined }),
};

/** Comes after the number of replicas, which it makes void. */
export const autoscaling: Feature = {
  name: 'autoscaling',
  values: { autoscaling: { enabled: true, memoryPercent: 80, metrics: [queue], behavior } },
  patch: () => ({
    Deployment: { spec: { replicas: undefined } },
    PodDisruptionBudget: disruptionBudget,
    HorizontalPodAutoscaler: autoscaler(metadata, {
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [utilization('service', 'cpu', 70), utilization('service', 'memory', 80), queue],
      behavior,
    }),
  }),
};

export const verticalHints: Feature = {
  name: 'vertical hints',
  values: { verticalHints: true },
  patch: () => ({
    VerticalPodAutoscaler: {
      apiVersion: 'autoscaling.k8s.io/v1',
      kind: 'VerticalPodAutoscaler',
      metadata,
      spec: { targetRef: target, updatePolicy: { updateMode: 'Off' } },
    },
  }),
};

export const rollout: Feature = {
  name: 'another rollout',
  values: { minReadySeconds: 0, progressDeadlineSeconds: 120, revisionHistoryLimit: 5 },
  patch: () => ({
    Deployment: { spec: { minReadySeconds: 0, progressDeadlineSeconds: 120, revisionHistoryLimit: 5 } },
  }),
};

export const placement: Feature = {
  name: 'another placement',
  values: { priorityClassName: 'high', spreadOver: ['rack'], trafficDistribution: 'PreferSameZone' },
  patch: () => ({
    ...patchPod({ priorityClassName: 'high', topologySpreadConstraints: [spreadOver('rack')] }),
    Service: { spec: { trafficDistribution: 'PreferSameZone' } },
  }),
};

/** What scales the Deployment of the same name. */
export function autoscaler(metadata: { name: string }, spec: object) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { scaleTargetRef: { ...target, name: metadata.name }, ...spec },
  };
}

/** A share of what one container requests, whatever runs beside it. */
export function utilization(container: string, name: string, averageUtilization: number) {
  const target = { type: 'Utilization', averageUtilization };
  return { type: 'ContainerResource', containerResource: { name, container, target } };
}
