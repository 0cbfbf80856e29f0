import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runProgram } from '../../scripts/process/program.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

let trial: TrialChart;
let status = 200;
const server = createServer((request, response) => {
  response.writeHead(request.url === '/health/ready' ? status : 404).end('{"status":"as told"}');
});

beforeAll(async () => {
  trial = await makeTrialChart();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  await trial.remove();
});

test('helm test passes when the service is ready, and shows its answer', async () => {
  status = 200;
  expect(await runSmokeTest()).toMatchObject({ status: 0, stdout: '200 {"status":"as told"}\n' });
});

test('helm test fails when the service is not ready, and shows its answer', async () => {
  status = 503;
  expect(await runSmokeTest()).toMatchObject({ status: 1, stdout: '503 {"status":"as told"}\n' });
});

/** Runs the container's program as it is rendered, with the server here in the place of the Service. */
async function runSmokeTest() {
  const manifests = parseManifests(await trial.render());
  const pod = manifests.find(({ kind }) => kind === 'Pod')?.spec as { containers: [{ args: string[] }] };
  const { port } = server.address() as AddressInfo;
  const args = pod.containers[0].args.map((arg) => arg.replace('http://orders/', `http://127.0.0.1:${port}/`));
  const result = await runProgram(process.execPath, args, { env: {}, timeLimit: 20_000 });
  return { ...result, stdout: result.stdout.toString() };
}
