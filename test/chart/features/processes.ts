import type { Manifest } from '../../support/kubernetes/manifests.ts';
import { labelsOf, metadataOf } from '../parts.ts';
import { askAsServer, deployAsServer, runAsServer, type Objects } from './as-server.ts';
import { autoscaler, utilization } from './scaling.ts';
import type { Feature } from './feature.ts';

// Other processes of the same image are as the server is, whatever made it so: these features come after all others.

const large = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } };
const probe = { command: ['node', 'dist/alive.js'], startSeconds: 90, periodSeconds: 20, timeoutSeconds: 2 };
const exec = { exec: { command: probe.command }, timeoutSeconds: 2 };
const scaling = { minReplicas: 1, maxReplicas: 4, memoryPercent: 60 };

export const workers: Feature = {
  name: 'workers',
  values: {
    workers: {
      mail: { args: ['dist/mail.js'], replicas: 3, probe },
      bills: { command: ['node', 'dist/bills.js'], resources: large, autoscaling: scaling },
    },
  },
  patch: (_, objects) => {
    const mail = {
      name: 'worker',
      args: ['dist/mail.js'],
      startupProbe: { ...exec, periodSeconds: 1, failureThreshold: 90 },
      livenessProbe: { ...exec, periodSeconds: 20, failureThreshold: 3 },
    };
    const bills = { name: 'worker', command: ['node', 'dist/bills.js'], resources: large };
    const metadata = metadataOf('worker-bills', 'bills');
    return {
      'Deployment mail': {
        ...objects.Deployment,
        metadata: metadataOf('worker-mail', 'mail'),
        spec: deployAsServer(objects, 'worker-mail', mail, 3),
      },
      'Deployment bills': {
        ...objects.Deployment,
        metadata,
        spec: deployAsServer(objects, 'worker-bills', bills),
      },
      'HorizontalPodAutoscaler bills': autoscaler(metadata, {
        minReplicas: 1,
        maxReplicas: 4,
        metrics: [utilization('worker', 'memory', 60)],
      }),
      ...askAsServer(objects, 'worker-mail', 'mail'),
      ...askAsServer(objects, 'worker-bills', 'bills'),
    };
  },
};

export const schedules: Feature = {
  name: 'schedules',
  values: {
    schedules: {
      nightly: {
        schedule: '30 3 * * 1-5',
        timeZone: 'Europe/Berlin',
        args: ['dist/report.js'],
        concurrencyPolicy: 'Replace',
        deadlineSeconds: 600,
        retries: 2,
        suspend: true,
      },
    },
  },
  patch: (_, objects) => ({
    'CronJob nightly': {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: {
        ...metadataOf('schedule-nightly', 'nightly'),
        annotations: { 'argocd.argoproj.io/ignore-healthcheck': 'true' },
      },
      spec: {
        schedule: '30 3 * * 1-5',
        timeZone: 'Europe/Berlin',
        suspend: true,
        concurrencyPolicy: 'Replace',
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        jobTemplate: {
          metadata: { labels: labelsOf('schedule-nightly') },
          spec: {
            activeDeadlineSeconds: 600,
            backoffLimit: 2,
            template: runOnce(objects, 'schedule-nightly', { name: 'schedule', args: ['dist/report.js'] }),
          },
        },
      },
    },
    ...askAsServer(objects, 'schedule-nightly', 'nightly'),
  }),
};

const hook = {
  'helm.sh/hook': 'pre-install,pre-upgrade',
  'helm.sh/hook-delete-policy': 'before-hook-creation',
};
const earlierHook = {
  ...hook,
  'helm.sh/hook-weight': '-1',
  'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
};

export const migration: Feature = {
  name: 'migration',
  values: { migrate: { command: ['node', 'dist/migrate.js'], deadlineSeconds: 120 } },
  patch: (_, objects) => {
    const metadata = metadataOf('migration', 'migrate');
    const container = { name: 'migrate', command: ['node', 'dist/migrate.js'] };
    const { ServiceAccount, ConfigMap, ExternalSecret } = objects;
    const needed = {
      ServiceAccount,
      ConfigMap,
      ExternalSecret,
      ...askAsServer(objects, 'migration', 'migrate'),
    };
    return {
      ...Object.fromEntries(
        Object.values(needed)
          .filter((object) => object !== undefined)
          .map((object) => [
            `${object.kind} migrate`,
            renamed({ ...object, metadata: { ...metadata, annotations: earlierHook } }),
          ]),
      ),
      'Job migrate': renamed({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { ...metadata, annotations: hook },
        spec: {
          ttlSecondsAfterFinished: 86_400,
          activeDeadlineSeconds: 120,
          backoffLimit: 0,
          template: runOnce(objects, 'migration', container),
        },
      }),
    };
  },
};

function runOnce(objects: Objects, component: string, container: Record<string, unknown>) {
  const { metadata, spec } = runAsServer(objects, component, container);
  return { metadata, spec: { ...spec, restartPolicy: 'Never' } };
}

/** The migration has a service account, a configuration and a secret of its own, called after it. */
function renamed(object: object): Manifest {
  return JSON.parse(JSON.stringify(object), (key, value: unknown) => {
    const isName = key === 'serviceAccountName' || key === 'name';
    return isName && value === 'orders' ? 'orders-migrate' : value;
  }) as Manifest;
}
