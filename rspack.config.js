import { cpSync, existsSync, readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/**
 * Packages that no bundle can hold: native ones, such as argon2, and those that look for files of their own or for packages
 * by computed names, such as knex and its drivers. The build copies them, and what they depend on, to `dist/node_modules`.
 */
const unbundled = [];

/** The service as one file, its packages in it, so that the image holds nothing else. */
export default ({ output, module, plugins: _, ...defaults }, rspack) => ({
  ...defaults,
  module: { rules: module.rules.map(forThisNode) },
  mode: 'production',
  devtool: false,
  // What is imported on demand stays a file of its own, so that nobody loads it who does not need it.
  output: { ...output, filename: '[name].js', chunkFilename: '[name].js' },
  optimization: {
    nodeEnv: false,
    // The packages in a file of their own: Node reads a source map at the start, and theirs would cost 100 ms.
    splitChunks: {
      cacheGroups: { packages: { test: /node_modules/, name: 'packages', chunks: 'initial', enforce: true } },
    },
    // The names of classes stay: Nest and Fastify look at them, and so do people who read the log.
    minimizer: [
      new rspack.SwcJsMinimizerRspackPlugin({
        minimizerOptions: {
          compress: { keep_classnames: true, keep_fnames: true },
          mangle: { keep_classnames: true, keep_fnames: true },
          format: { comments: false },
        },
      }),
    ],
  },
  externals: [leaveOut],
  externalsPresets: { node: true },
  // Nest's own imports by computed names, which reach optional packages only.
  ignoreWarnings: [/Critical dependency/],
  plugins: [
    // Lines and names of our own code for stack traces, without a copy of the sources.
    new rspack.SourceMapDevToolPlugin({ filename: '[file].map', include: 'main.js', noSources: true }),
    // Packages that other packages ask for only when they are used, as Nest and drivers do, and that are not installed.
    new rspack.IgnorePlugin({
      checkResource: (request, context) =>
        context.includes('node_modules') && isPackage(request) && !findPackage(nameOf(request), context),
    }),
    {
      apply: (compiler) =>
        compiler.hooks.afterEmit.tap('unbundled', ({ outputOptions }) => copyUnbundled(outputOptions.path)),
    },
    new rspack.DefinePlugin({
      'process.env.BUILT_RELEASE': JSON.stringify(process.env.RELEASE || undefined) ?? 'undefined',
    }),
  ],
});

/** Nest's rule for TypeScript compiles for a Node that has no private fields, and makes a WeakMap of each of ours. */
function forThisNode({ use: [{ loader, options }], ...rule }) {
  return { ...rule, use: [{ loader, options: { ...options, jsc: { ...options.jsc, target: 'es2024' } } }] };
}

function leaveOut({ request, dependencyType }, callback) {
  if (!isPackage(request) || !unbundled.includes(nameOf(request))) return callback();
  callback(null, `${dependencyType === 'commonjs' ? 'node-commonjs' : 'module'} ${request}`);
}

/** Copies the packages where Node finds them from the bundle, each as it lies in `node_modules`. */
function copyUnbundled(target) {
  const found = new Map();
  const find = (name, from) => {
    const folder = findPackage(name, from);
    if (!folder || found.has(folder)) return;
    found.set(folder, folder.slice(folder.indexOf('node_modules')));
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json')),
    );
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      find(needed, folder);
  };
  for (const name of unbundled) {
    if (!findPackage(name, '.')) throw new Error(`rspack.config.js names ${name}, which is not installed.`);
    find(name, '.');
  }
  for (const [folder, path] of found) cpSync(folder, join(target, path), { recursive: true, dereference: true });
}

function findPackage(name, from) {
  const folders = createRequire(join(resolve(from), '_')).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, 'package.json')));
}

function isPackage(request) {
  return /^[@\w]/.test(request) && !request.startsWith('node:') && !builtinModules.includes(request);
}

function nameOf(request) {
  return request.split('/', request.startsWith('@') ? 2 : 1).join('/');
}
