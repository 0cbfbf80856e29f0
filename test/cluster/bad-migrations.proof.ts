import { proveWayBack } from './way-back.ts';

proveWayBack([
  {
    what: 'a release whose migration fails',
    patch: { migrate: { args: ['--eval', 'process.exit(1); // fail-please'] } },
    says: /Job\/\S+-migrate: .*(failed|BackoffLimitExceeded|backoff limit)/i,
    fails: true,
  },
  {
    what: 'a release whose migration hangs',
    patch: { migrate: { args: ['--eval', 'setInterval(() => 0, 1000); // hang-please'] } },
    says: /waiting for completion of hook batch\/Job\/\S+-migrate/,
    fails: false,
  },
]);
