import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

let trial: TrialChart;
let plain: string;

beforeAll(async () => {
  trial = await makeTrialChart();
  plain = JSON.stringify(await renderCalled('plain', 'other'));
});

afterAll(async () => trial.remove());

test.each([
  { word: 'true', own: 'true' },
  { word: 'null', own: 'null' },
  { word: '123', own: 'no' },
  { word: '1e3', own: 'y' },
])('names that YAML takes for another type stay texts everywhere: $word, $own', async ({ word, own }) => {
  const renamed = plain.replaceAll('plain', word).replaceAll('other', own).replaceAll('OTHER', own.toUpperCase());
  expect(await renderCalled(word, own)).toEqual(JSON.parse(renamed));
});

/** What is rendered when all has this name, or its own where a letter must be first; read by YAML 1.1, as Helm does. */
async function renderCalled(word: string, own: string): Promise<unknown> {
  const values = {
    priorityClassName: word,
    spreadOver: [word],
    secrets: [word],
    image: { pullSecrets: [word] },
    ingress: { enabled: true, className: word, tlsSecret: word, hosts: [`${word}.example.com`] },
    route: { enabled: true, gateways: [{ name: word }], hosts: [`${word}.example.com`] },
    externalSecret: { data: { [own]: { key: word } }, store: { name: word } },
    metrics: { serviceMonitor: { enabled: true, labels: { [word]: word } } },
    variables: { port: own.toUpperCase() },
    workers: { [own]: { args: [word] } },
    schedules: { [`${own}-2`]: { schedule: '@daily', args: [word] } },
    migrate: { command: [word] },
    extra: { objects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: word } }] },
  };
  const text = await trial.render(values, { name: own });
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as unknown);
}
