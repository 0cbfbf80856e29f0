/** A user of a server, as an address names one. */
export interface Credential {
  user: string;
  password: string;
}

/** Where a remote is. */
export interface Address {
  /** What git is given: no password is in it. */
  address: string;
  /** What messages show: no query is in it, which can hold a token. */
  shown: string;
  /** What messages must not show of it. */
  secrets: string[];
  /** Scheme and host of an address that takes a credential. */
  origin?: string;
  /** The user that it names: with a password, or alone, so that a credential helper is asked. */
  credential?: Credential | undefined;
  user?: string | undefined;
}

/** Parses the address of a remote; undefined when it is a URL of HTTP that is not valid. */
export function parseAddress(text: string): Address | undefined {
  if (!/^https?:\/\//i.test(text)) return withoutPassword(text);
  const url = URL.parse(text);
  if (!url) return undefined;
  const { origin, username, password, search, searchParams } = url;
  const hasPassword = /^https?:\/\/[^/@]*:[^/]*@/i.test(text);
  const user = decode(username);
  url.username = url.password = '';
  // It stays as it was written when there is nothing to take out.
  const address = username || hasPassword ? url.href : text;
  return {
    address,
    origin,
    secrets: [search, ...searchParams.values(), password, decode(password), encodeURIComponent(decode(password))],
    shown: search ? `${origin}${url.pathname}` : address,
    ...(hasPassword ? { credential: { user, password: decode(password) } } : user && { user }),
  };
}

/** The project that an address names by HTTP, or by SSH in either of its forms; undefined for any other address. */
export function findProject(text: string) {
  const [, machine, place] = /^(?:[^@/]+@)?([^@/:]+):(?!\/\/)(.+)$/.exec(text) ?? [];
  const url = URL.parse(machine === undefined ? text : `ssh://${machine}/${place}`);
  const [, group, name] = /^\/+(.+)\/([^/]+?)(?:\.git)?\/*$/.exec(url?.pathname ?? '') ?? [];
  if (!url || group === undefined || name === undefined || !/^(https?|ssh):$/.test(url.protocol)) return undefined;
  // The port of SSH is not that of the pages.
  const { protocol, host } = url.protocol === 'ssh:' ? { protocol: 'https:', host: url.hostname } : url;
  return { origin: `${protocol}//${host}`, host, group, name };
}

/** Git would hand the password of such an address to SSH, as a part of the user's name. */
function withoutPassword(text: string): Address {
  const [, scheme = '', user = '', password = '', rest = ''] =
    /^([a-z+]+:\/\/)([^/:@]*):([^/@]*)(@.*)$/i.exec(text) ?? [];
  const address = scheme === '' ? text : `${scheme}${user}${rest}`;
  return { address, shown: address, secrets: [password, decode(password)] };
}

/** Decodes as Git does: a text with a broken escape stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
