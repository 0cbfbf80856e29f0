import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { BuiltService } from '../support/service/built-service.ts';

let built: BuiltService;

beforeAll(async () => {
  built = await BuiltService.build();
});

afterAll(() => built[Symbol.asyncDispose]());

const withoutIpv6 =
  'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6';
const withoutIpv4 = 'ip address del 127.0.0.1/8 dev lo';
const ask = `const ask = async (url) => (await fetch(url)).status;
const attempt = async (host) => {
  for (let left = 100; left > 0; left -= 1) {
    const statuses = await Promise.all([3000, 9090].map((port) => ask('http://' + host + ':' + port + '/metrics'))).catch(() => undefined);
    if (statuses) return statuses.join(' ');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 'nothing';
};
Promise.all(process.argv.slice(1).map(attempt)).then((answers) => console.log(answers.join(', ')));`;

test.each([
  ['IPv4 alone', withoutIpv6, ['127.0.0.1'], '404 200'],
  ['IPv6 alone', withoutIpv4, ['[::1]'], '404 200'],
  ['both', 'true', ['127.0.0.1', '[::1]'], '404 200, 404 200'],
])('on a network of %s, both ports are reached with no HOST set', async (_, network, hosts, answers) => {
  const script = 'ip link set lo up; eval "$1"; "$2" "$3" >/dev/null & shift 3; "$@"; kill $!; wait $!';
  const result = await runProgram(
    'unshare',
    [
      ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
      ...['--net', 'sh', '-c', script, 'sh', network, process.execPath, built.program],
      ...[process.execPath, '--eval', ask, ...hosts],
    ],
    { env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` }, timeLimit: 20_000 },
  );
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(result.stdout.toString().trim()).toBe(answers);
});
