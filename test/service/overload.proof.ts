import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BuiltService, readLog } from '../support/service/built-service.ts';

let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

test.each([
  ['late', { SHED_DELAY_MS: '50' }, 300],
  ['busy', { SHED_UTILIZATION: '0.5', SHED_DELAY_MS: '60000' }, 20],
])(
  'while its event loop is too %s it refuses work, says so to who asks, and lives; then it works again',
  async (_, limit, milliseconds) => {
    await using running = await built.start({ ...limit, LOG_LEVEL: 'warn' });
    const { service, url } = running;
    const over = new AbortController();
    const work = `${url}/trial/block/${milliseconds}`;
    const clients = [work, work, `${url}/health/live`].map((address) => findStatuses(address, over.signal));
    const [refused, notReady] = await Promise.all([waitFor(503, work), waitFor(503, `${url}/health/ready`)]);
    over.abort();
    const [first, second, live] = await Promise.all(clients);

    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'retry-after': '5',
    });
    expect(await refused.json()).toMatchObject({ title: 'Service Unavailable', status: 503 });
    expect(await notReady.json()).toMatchObject({
      error: { 'event-loop': { status: 'down', message: 'The event loop is overloaded.' } },
      info: { drain: { status: 'up' }, heap: { status: 'up' } },
    });
    expect(first?.union(second ?? new Set())).toEqual(new Set([200, 503]));
    expect(live).toEqual(new Set([200]));

    await waitFor(200, `${url}/health/ready`);
    await waitFor(200, work);
    // Of each change of readiness one line, and none of what was refused.
    const lines = readLog(service);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      context: 'Readiness',
      msg: 'not ready: event-loop',
      details: { 'event-loop': { status: 'down', message: 'The event loop is overloaded.' } },
    });
    expect(lines.filter(({ msg }) => msg !== 'not ready: event-loop')).toEqual([]);
  },
);

test('before its heap is exhausted it is not ready, and works on until there is room again', async () => {
  await using running = await built.start({ NODE_OPTIONS: '--max-old-space-size=64' });
  const { service, url } = running;
  let ready = await fetch(`${url}/health/ready`);
  while (ready.ok) {
    expect((await fetch(`${url}/trial/memory`, { method: 'POST' })).status).toBe(204);
    ready = await fetch(`${url}/health/ready`);
  }
  expect(await ready.json()).toMatchObject({
    error: { heap: { status: 'down', message: 'The heap is nearly exhausted.' } },
    info: { drain: { status: 'up' }, 'event-loop': { status: 'up' } },
  });
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  expect((await fetch(`${url}/trial/memory`, { method: 'DELETE' })).status).toBe(204);
  await waitFor(200, `${url}/health/ready`);
  expect(await service.stop(5000)).toBe(0);
});

/** The statuses that an address answers, asked again and again. */
async function findStatuses(address: string, over: AbortSignal): Promise<Set<number>> {
  const statuses = new Set<number>();
  while (!over.aborted) {
    const answer = await fetch(address);
    await answer.bytes();
    statuses.add(answer.status);
  }
  return statuses;
}

/** The first answer of the status. */
async function waitFor(status: number, address: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(address);
    if (answer.status === status) return answer;
    await answer.bytes();
  }
}
