import { z } from 'zod';

/**
 * Finds every field of a pod that breaks the Pod Security Standard "restricted", the fields of "baseline" included.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function findRestrictedBreaches(pod: unknown): string[] {
  const { error } = restrictedPod.safeParse(pod);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const off = z.literal(false).optional();
const seccompProfile = z.looseObject({ type: z.enum(['RuntimeDefault', 'Localhost']) });
const appArmorProfile = z.looseObject({ type: z.enum(['RuntimeDefault', 'Localhost']) });
const seLinuxOptions = z.looseObject({
  type: z.enum(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']).optional(),
  user: z.literal('').optional(),
  role: z.literal('').optional(),
});
const windowsOptions = z.looseObject({ hostProcess: off });

/** What a pod and its containers may both say. */
const securityContext = {
  runAsUser: z.int().positive().optional(),
  seLinuxOptions: seLinuxOptions.optional(),
  appArmorProfile: appArmorProfile.optional(),
  windowsOptions: windowsOptions.optional(),
};

const here = z.looseObject({ host: z.literal('').optional() });
const hook = z.looseObject({ httpGet: here.optional(), tcpSocket: here.optional() }).optional();

const container = z.looseObject({
  securityContext: z.looseObject({
    ...securityContext,
    privileged: off,
    allowPrivilegeEscalation: z.literal(false),
    runAsNonRoot: z.literal(true).optional(),
    seccompProfile: seccompProfile.optional(),
    procMount: z.literal('Default').optional(),
    capabilities: z.looseObject({
      drop: z.array(z.string()).refine((dropped) => dropped.includes('ALL'), 'must drop ALL'),
      add: z.array(z.literal('NET_BIND_SERVICE')).optional(),
    }),
  }),
  ports: z.array(z.looseObject({ hostPort: z.literal(0).optional() })).optional(),
  startupProbe: hook,
  livenessProbe: hook,
  readinessProbe: hook,
  lifecycle: z.looseObject({ preStop: hook, postStart: hook }).optional(),
});

const anything = z.unknown().optional();
const volume = z.strictObject({
  name: z.string(),
  configMap: anything,
  csi: anything,
  downwardAPI: anything,
  emptyDir: anything,
  ephemeral: anything,
  persistentVolumeClaim: anything,
  projected: anything,
  secret: anything,
});

const safeSysctls = z.enum([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]);

const appArmor = 'container.apparmor.security.beta.kubernetes.io/';
const annotations = z.record(z.string(), z.string()).superRefine((all, context) => {
  for (const [key, profile] of Object.entries(all)) {
    if (key.startsWith(appArmor) && !/^(runtime\/default|localhost\/.*)$/.test(profile)) {
      context.addIssue({ code: 'custom', path: [key], message: `must not be ${profile}` });
    }
  }
});

const restrictedSpec = z.looseObject({
  hostNetwork: off,
  hostPID: off,
  hostIPC: off,
  securityContext: z.looseObject({
    ...securityContext,
    runAsNonRoot: z.literal(true),
    seccompProfile,
    sysctls: z.array(z.looseObject({ name: safeSysctls })).optional(),
  }),
  containers: z.array(container).min(1),
  initContainers: z.array(container).optional(),
  ephemeralContainers: z.array(container).optional(),
  volumes: z.array(volume).optional(),
});

const restrictedPod = z.looseObject({
  metadata: z.looseObject({ annotations: annotations.optional() }),
  spec: restrictedSpec,
});
