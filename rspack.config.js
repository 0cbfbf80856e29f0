import { existsSync } from 'node:fs';

/** Packages that Nest asks for only when they are used. Those that are not installed stay out of the bundle. */
const optionalPackages = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer',
  'class-validator',
];
const absentPackages = optionalPackages.filter((name) => !existsSync(`node_modules/${name}`));

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
  externals: [],
  externalsPresets: { node: true },
  // Nest's own imports by computed names, which reach optional packages only.
  ignoreWarnings: [/Critical dependency/],
  plugins: [
    // Lines and names of our own code for stack traces, without a copy of the sources.
    new rspack.SourceMapDevToolPlugin({ filename: '[file].map', include: 'main.js', noSources: true }),
    new rspack.IgnorePlugin({
      checkResource: (request) =>
        absentPackages.some((name) => request === name || request.startsWith(`${name}/`)),
    }),
    new rspack.DefinePlugin({
      'process.env.BUILT_RELEASE': JSON.stringify(process.env.RELEASE || undefined) ?? 'undefined',
    }),
  ],
});

/** Nest's rule for TypeScript compiles for a Node that has no private fields, and makes a WeakMap of each of ours. */
function forThisNode({ use: [{ loader, options }], ...rule }) {
  return { ...rule, use: [{ loader, options: { ...options, jsc: { ...options.jsc, target: 'es2024' } } }] };
}
