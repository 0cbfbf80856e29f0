/**
 * Whether a `host` or `host:port` is this machine by its very name: such a registry is spoken to in plain HTTP, as
 * Docker does, and such an Argo CD may have any certificate.
 */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}
