import manifest from '../package.json' with { type: 'json' };

/** What the program knows of itself. */
export const build = {
  name: manifest.name,
  version: manifest.version,
  /** The commit that the program was built from. The build writes it here (rspack.config.js); sources have none. */
  release: process.env.BUILT_RELEASE,
};
