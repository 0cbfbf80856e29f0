import { type Loopback, listen } from '../process/loopback.ts';

export interface RegistryState {
  user: string;
  password: string;
  /** Whether it takes the password itself, or a token that its `/token` gives in exchange. */
  login: 'basic' | 'bearer';
  /** Where it sends for a token instead. */
  realm?: string;
  /** Digests by path: `name/manifests/tag`. */
  digests: Map<string, string>;
  /** A status that it answers whatever is asked. */
  status?: number;
  /** Whether it takes questions and never answers. */
  hangs?: boolean;
}

const token = 'token-in-exchange';

/** Speaks as much of the registries' HTTP API, version 2, as it takes to find a digest. */
export async function serveRegistry(state: RegistryState): Promise<Loopback> {
  const basic = `Basic ${Buffer.from(`${state.user}:${state.password}`).toString('base64')}`;
  return listen(({ url = '', headers }, response) => {
    if (state.hangs) return;
    const { host = '', authorization, accept = '' } = headers;
    const { pathname, searchParams } = new URL(url, `http://${host}`);
    const path = pathname.replace('/v2/', '');
    const scope = `repository:${path.replace(/\/manifests\/.*/, '')}:pull`;

    if (state.status !== undefined) {
      response.writeHead(state.status).end();
    } else if (pathname === '/token') {
      const isGranted = authorization === basic && searchParams.get('service') === 'registry';
      response
        .writeHead(isGranted ? 200 : 401)
        .end(JSON.stringify({ token: `${token} ${String(searchParams.get('scope'))}` }));
    } else if (authorization !== (state.login === 'basic' ? basic : `Bearer ${token} ${scope}`)) {
      const challenge =
        state.login === 'basic'
          ? 'Basic realm="registry"'
          : `Bearer realm="${state.realm ?? `http://${host}/token`}",service="registry",scope="${scope}"`;
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    } else {
      const digest = accept.includes('application/vnd.oci.image.manifest.v1+json')
        ? state.digests.get(path)
        : undefined;
      if (digest !== undefined) response.setHeader('Docker-Content-Digest', digest);
      response.writeHead(digest === undefined ? 404 : 200).end();
    }
  });
}
