import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Half of the time of a short run is Node's compiling the same files again; what cannot be kept is compiled as ever.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node'));
await import('./gitops/program.ts');
