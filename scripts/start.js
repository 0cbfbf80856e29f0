import module from 'node:module';

// Starts an entry, as in `node scripts/start.js gitops status`. It is JavaScript, and imports nothing: before `npm ci` there is
// no package, and no Node that runs TypeScript but by chance.
const [node, , entry, ...args] = process.argv;
const file = new URL(`./${entry}.ts`, import.meta.url);
process.argv = [node, file.pathname, ...args];
// Half of the time of a short run is Node's compiling the same files again; what cannot be kept is compiled as ever.
module.enableCompileCache?.(new URL('../node_modules/.cache/node', import.meta.url).pathname);
try {
  await import(file.href);
} catch (error) {
  if (error.code !== 'ERR_UNKNOWN_FILE_EXTENSION' && error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const { message } = error;
  console.error(
    `The packages of this project are not installed: ${message}\nInstall them by npm 11.6.2 or newer: npm ci`,
  );
  process.exitCode = 2;
}
