/** Where a `Bearer` challenge sends for a token, with the service and the scope that it asks for. */
export function findRealm(challenge: string): URL | undefined {
  if (!/^bearer\s/i.test(challenge)) return undefined;
  const parts = new Map(Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, key = '', value = '']) => [key, value]));
  const realm = URL.parse(parts.get('realm') ?? '');
  if (realm === null) return undefined;
  for (const key of ['service', 'scope']) {
    const value = parts.get(key);
    if (value !== undefined) realm.searchParams.set(key, value);
  }
  return realm;
}
