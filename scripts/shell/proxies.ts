import http from 'node:http';

// As Go's programs do, so that Helm, buildah and this one agree: what is on this machine needs no proxy.
const nearby = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * Lets every HTTP call of this process go through the proxies of HTTPS_PROXY and HTTP_PROXY, but for the hosts of
 * NO_PROXY: by fetch, by the agents that are used unless another is named, and so by the SDK of AWS. Other programs get
 * the variables themselves. Node knows no other proxies than HTTP's: those, such as SOCKS, are left to Git and Helm.
 */
export function useProxies(env: NodeJS.ProcessEnv): void {
  const proxies = ['https_proxy', 'http_proxy'].map((name) => [name, findProxy(env, name)] as const);
  const excepted = [env.no_proxy ?? env.NO_PROXY, ...nearby].filter(Boolean).join(',');
  http.setGlobalProxyFromEnv({ ...Object.fromEntries(proxies), no_proxy: excepted });
}

/** As curl reads it: an address without a scheme is of HTTP. */
function findProxy(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = env[name] ?? env[name.toUpperCase()] ?? '';
  const address = /^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`;
  return /^https?:$/.test(URL.parse(address)?.protocol ?? '') ? address : undefined;
}
