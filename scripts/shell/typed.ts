import manifest from '../../package.json' with { type: 'json' };

/** Whether this is the one file that `npm run bundle` makes: it is started as `gitops`, and has no scripts of npm. */
export const isBundled = !import.meta.filename.endsWith('.ts');

/** What a person types to run a command of `gitops`. */
export function typed(...words: readonly string[]): string {
  if (isBundled) return ['gitops', ...words].join(' ');
  const [name = 'gitops', ...rest] = Object.hasOwn(manifest.scripts, words[0] ?? '') ? words : ['gitops', ...words];
  return ['npm run', name, ...(rest.length > 0 ? ['--', ...rest] : [])].join(' ');
}
