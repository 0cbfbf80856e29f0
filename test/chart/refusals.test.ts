import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { helmVersions, type HelmVersion } from '../../scripts/helm/program.ts';
import { applyPatch } from '../support/kubernetes/patch.ts';
import { refusals } from './refusals.ts';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

let trial: TrialChart;

beforeAll(async () => {
  trial = await makeTrialChart();
});

afterAll(async () => trial.remove());

// Helm says all that the schema refuses at once, so that values which do not meet in one place are tried together.
describe.each(refusals)('values of a wrong kind do not render, and Helm names each: $about', ({ faults }) => {
  const messages = new Map<HelmVersion, string>();

  beforeAll(async () => {
    const values = faults.reduce<unknown>((merged, fault) => applyPatch(merged, fault.values), {}) as object;
    const render = async (helm: HelmVersion) => messages.set(helm, await readRefusal(values, helm));
    await Promise.all(helmVersions.map(render));
  });

  test.each([...faults])('$fault', ({ says }) => {
    for (const helm of helmVersions) expect(messages.get(helm)).toContain(`- ${says[helm]}`);
  });
});

test.each([
  {
    values: { image: { tag: '' } },
    says: 'image.tag is empty: this environment has run no release yet. Deploy or promote one to it.',
  },
  { values: { environment: '' }, says: "environment is empty: each environment's values say its name." },
])('what every environment must say is asked for: $says', async ({ values, says }) => {
  for (const helm of helmVersions) expect(await readRefusal(values, helm)).toContain(says);
});

async function readRefusal(values: object, helm: HelmVersion): Promise<string> {
  const refusal: unknown = await trial.render(values, { helm }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'invalid-chart', exitCode: 2 });
  return (refusal as Error).message;
}
