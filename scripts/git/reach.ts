import { Failure } from '../shell/failure.ts';
import type { Git } from './git.ts';
import type { Remote } from './remote.ts';

/** What git says of a way that is closed, and what opens it. */
const ways: readonly (readonly [RegExp, string])[] = [
  [
    /Host key verification failed/,
    'Compare the key of the host with the one that it publishes, and add it to known_hosts: ssh-keyscan HOST prints it.',
  ],
  [
    /Permission denied \(/,
    'Look at the SSH key: ssh-add -l lists those of the agent, core.sshCommand or ~/.ssh/config name one.',
  ],
  [/certificate|SSL|TLS/, 'Name the authority of its certificate: git config http.sslCAInfo FILE, or GIT_SSL_CAINFO.'],
  [/[Pp]roxy|CONNECT/, 'Look at HTTPS_PROXY, NO_PROXY and http.proxy.'],
];
const byHand = 'Try it by hand with git ls-remote; in CI, look at the token and its rights.';

/** The failure of a fetch, in git's own words. */
export function fetchFailure({ address }: Remote, stderr: string): Failure {
  const branch = /couldn't find remote ref refs\/heads\/(\S+)/.exec(stderr)?.[1];
  if (branch !== undefined) {
    return new Failure(
      'unknown-branch',
      `${address} has no branch ${JSON.stringify(branch)}.`,
      'Name the branch that the deliveries go to by --branch.',
    );
  }
  // A server that speaks only version 0 of Git's protocol sends no single objects, unless its settings allow it.
  if (stderr.includes('unadvertised object')) {
    return new Failure(
      'remote-refused',
      `${address} sends whole branches, and no object that is asked for by its name.`,
      'Run it in a whole clone: after git fetch --unshallow, or with GIT_DEPTH: 0 in GitLab CI.',
    );
  }
  if (stderr.includes('fsck error')) {
    return new Failure(
      'invalid-file',
      `${address} sends an object that Git does not accept: ${stderr.trim()}`,
      'Find out who pushed it: git log --all --raw --find-object=SHA names the commit.',
    );
  }
  // An address may have any of the words in it.
  const said = stderr.replace(/'[^']*'/g, '');
  const hint = ways.find(([words]) => words.test(said))?.[1] ?? byHand;
  return new Failure('remote-unreachable', `${address} could not be reached: ${stderr.trim()}`, hint);
}

/** The failure of a call whose answer was to go elsewhere: where to, git itself tells, asked as nobody. */
export async function movedFailure(anonymous: Git, { address }: Remote): Promise<Failure> {
  const { stderr } = await anonymous.run(['-c', 'http.followRedirects=initial', 'ls-remote', '--', address], {
    // Nor is a program asked for a password.
    env: { GIT_ASKPASS: '', SSH_ASKPASS: '' },
  });
  const target = /^warning: redirecting to (\S+)/m.exec(stderr)?.[1]?.replace(/\/?([?#].*)?$/, '');
  return new Failure(
    'remote-refused',
    `${address} points to ${target ?? 'another address'}, and a credential is sent to no other host than its own.`,
    `If the project has moved there: git remote set-url origin ${target ?? 'ADDRESS'}`,
  );
}
