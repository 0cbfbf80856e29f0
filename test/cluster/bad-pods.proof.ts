import { proveWayBack } from './way-back.ts';

proveWayBack([
  {
    what: 'a release whose pods never get ready',
    patch: { probes: { ready: '/never-ready' } },
    says: /Deployment\/\S+: Progressing: Waiting for rollout to finish/,
    fails: false,
  },
  {
    what: 'a release whose image cannot be pulled',
    patch: { image: { repository: 'registry.invalid/does-not-exist' } },
    says: /Pod\/\S+: (ImagePullBackOff|ErrImagePull)/,
    fails: true,
  },
  {
    what: 'a release whose Ingress nobody serves',
    patch: { ingress: { enabled: true, className: 'nobody', hosts: ['proof.example.com'] } },
    says: /Ingress\/\S+: Progressing/,
    fails: false,
  },
]);
