import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { isLoopback } from '../shell/loopback.ts';
import { parseVariables } from '../shell/variables.ts';

/** How Argo CD is reached. */
export type ArgoSettings = ReturnType<typeof parseArgoSettings>;

const form = 'must be a host, host:port, or URL of http or https';

const variables = z.object({
  ARGOCD_SERVER: z.string().transform((text, context) => {
    const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
    if (url && /^https?:$/.test(url.protocol)) return url;
    context.addIssue(form);
    return z.NEVER;
  }),
  // A line end that was pasted along is not a part of the token.
  ARGOCD_AUTH_TOKEN: z.string().trim(),
  ARGOCD_INSECURE: z.stringbool({ error: 'must be true or false' }).default(false),
});

const setThem =
  'Set them in the CI/CD settings, or in your shell: the address of Argo CD, and a token that may get applications.';

/** Reads how Argo CD is reached from the environment. */
export function parseArgoSettings(env: NodeJS.ProcessEnv) {
  const { ARGOCD_SERVER, ARGOCD_AUTH_TOKEN, ARGOCD_INSECURE } = parseVariables(variables, env, setThem);
  const { origin, hostname, pathname } = ARGOCD_SERVER;
  if (ARGOCD_INSECURE && !isLoopback(hostname)) {
    const hint = 'Unset ARGOCD_INSECURE, and name the authority of its certificate by NODE_EXTRA_CA_CERTS.';
    throw new Failure('usage', `ARGOCD_INSECURE is for this machine alone, and ARGOCD_SERVER is ${hostname}.`, hint);
  }
  return {
    /** Its address, without a slash at the end. */
    address: `${origin}${pathname}`.replace(/\/+$/, ''),
    token: ARGOCD_AUTH_TOKEN,
    /** Whether any certificate is accepted, which is for this machine alone. */
    isInsecure: ARGOCD_INSECURE,
  };
}
