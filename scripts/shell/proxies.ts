import http from 'node:http';
import { Failure } from './failure.ts';

// As Go's programs do, so that Helm, buildah and this one agree: what is on this machine needs no proxy.
const nearby = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * Lets every HTTP call of this process go through the proxies of HTTPS_PROXY and HTTP_PROXY, but for the hosts of
 * NO_PROXY: by fetch, by the agents that are used unless another is named, and so by the SDK of AWS. Other programs get
 * the variables themselves.
 * @throws {Failure} `usage` when one is no address; it is not quoted, since it may hold a password.
 */
export function useProxies(env: NodeJS.ProcessEnv): void {
  const proxies = Object.fromEntries(
    ['https_proxy', 'http_proxy'].flatMap((name) => {
      const address = env[name] ?? env[name.toUpperCase()];
      return address ? [[name, requireAddress(name, address)]] : [];
    }),
  );
  const excepted = env.no_proxy ?? env.NO_PROXY;
  http.setGlobalProxyFromEnv({ ...proxies, no_proxy: [excepted, ...nearby].filter(Boolean).join(',') });
}

function requireAddress(name: string, text: string): string {
  const address = /^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`;
  if (/^https?:$/.test(URL.parse(address)?.protocol ?? '')) return address;
  throw new Failure(
    'usage',
    `${name.toUpperCase()} is no address of an HTTP proxy.`,
    'Set it to http://host:port, or unset it.',
  );
}
