/** A user of a server, as an address names one. */
export interface Credential {
  user: string;
  password: string;
}

/** Where a remote is. */
export interface Address {
  /** What git is given: no password is in it. */
  address: string;
  /** What messages show instead, where a token can be in it elsewhere. */
  shown?: string;
  /** What messages must not show of it. */
  secrets: string[];
  /** Scheme and host of an address that takes a credential. */
  origin?: string;
  /** Who the address names: with a password, or as somebody whose password is to be found. */
  credential?: Credential | undefined;
  user?: string | undefined;
}

/** Parses the address of a remote; undefined where it is a URL that none can be made of. */
export function parseAddress(text: string): Address | undefined {
  if (!/^https?:\/\//i.test(text)) return withoutPassword(text);
  const url = URL.parse(text);
  if (!url) return undefined;
  const { origin, username, password, search, searchParams } = url;
  const hasPassword = /^https?:\/\/[^/@]*:[^/]*@/i.test(text);
  const user = decode(username);
  url.username = url.password = '';
  // As it was written, where nothing had to be taken out of it.
  const address = username || hasPassword ? url.href : text;
  return {
    address,
    origin,
    secrets: [search, ...searchParams.values(), password, decode(password), encodeURIComponent(decode(password))],
    ...(search && { shown: `${url.origin}${url.pathname}` }),
    ...(hasPassword ? { credential: { user, password: decode(password) } } : user && { user }),
  };
}

/** SSH takes no password out of an address: the program would get it as a part of the user's name. */
function withoutPassword(text: string): Address {
  const [, scheme = '', user = '', password = '', rest = ''] =
    /^([a-z+]+:\/\/)([^/:@]*):([^/@]*)(@.*)$/i.exec(text) ?? [];
  if (scheme === '') return { address: text, secrets: [] };
  return { address: `${scheme}${user}${rest}`, secrets: [password, decode(password)] };
}

/** As git decodes it: what is no escape stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
