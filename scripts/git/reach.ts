import { Failure } from '../shell/failure.ts';
import type { Git } from './git.ts';
import type { Remote } from './remote.ts';

/** What Git says when a remote cannot be reached, and what helps. */
const ways: readonly (readonly [RegExp, string])[] = [
  [
    /Host key verification failed/,
    'Compare the key of the host with the one that it publishes, and add it to known_hosts: ssh-keyscan HOST prints it.',
  ],
  [
    /Permission denied \(/,
    'Check the SSH key: ssh-add -l lists those of the agent, core.sshCommand or ~/.ssh/config can name one.',
  ],
  [/certificate|SSL|TLS/, 'Name the authority of its certificate: git config http.sslCAInfo FILE, or GIT_SSL_CAINFO.'],
  [/[Pp]roxy|CONNECT/, 'Check HTTPS_PROXY, NO_PROXY and http.proxy.'],
];
const byHand = 'Try git ls-remote by hand; in CI, check the token and its rights.';

/** The failure of a fetch, in Git's own words. */
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
      `${address} does not send single objects by their names.`,
      'Run it in a full clone: after git fetch --unshallow, or with GIT_DEPTH: 0 in GitLab CI.',
    );
  }
  if (stderr.includes('fsck error')) {
    return new Failure(
      'invalid-file',
      `${address} sends an object that Git does not accept: ${stderr.trim()}`,
      'Find out who pushed it: git log --all --raw --find-object=SHA names the commit.',
    );
  }
  // An address may contain any of the words.
  const said = stderr.replace(/'[^']*'/g, '');
  const hint = ways.find(([words]) => words.test(said))?.[1] ?? byHand;
  return new Failure('remote-unreachable', `${address} could not be reached: ${stderr.trim()}`, hint);
}

/** The failure of a call that the server redirects. Git tells where to, asked without a credential. */
export async function movedFailure(anonymous: Git, { address }: Remote): Promise<Failure> {
  const { stderr } = await anonymous.run(['-c', 'http.followRedirects=initial', 'ls-remote', '--', address], {
    // No program is asked for a password either.
    env: { GIT_ASKPASS: '', SSH_ASKPASS: '' },
  });
  const target = /^warning: redirecting to (\S+)/m.exec(stderr)?.[1]?.replace(/\/?([?#].*)?$/, '');
  return new Failure(
    'remote-refused',
    `${address} redirects to ${target ?? 'another address'}, and a credential is sent to its own host only.`,
    `If the project has moved there: git remote set-url origin ${target ?? 'ADDRESS'}`,
  );
}
