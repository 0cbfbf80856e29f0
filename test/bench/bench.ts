import { benchDeploy } from './deploy.ts';
import { benchOperators, benchWriters } from './operators.ts';
import { benchPipeline } from './pipeline.ts';
import { benchService } from './service.ts';
import { runMain } from '../../scripts/shell/run-main.ts';

/** What is measured: each gives its table as text. */
const benches = {
  'deploy against clone, edit, commit, push: 100,000 files, 3,000 commits, git daemon, medians of 5': benchDeploy,
  'what operators wait for, medians of 5': benchOperators,
  'writers at once, each with a release of its own': benchWriters,
  'the service against Fastify and Nest with the usual parts, interleaved; the ratio to Fastify in brackets':
    benchService,
  'the jobs of a merge, in seconds: one run with empty caches and one with full ones, few of the tests': benchPipeline,
};

await runMain(async (signal) => {
  for (const [title, bench] of Object.entries(benches)) {
    console.log(`\n${title}\n`);
    console.log(await bench(signal));
  }
});
