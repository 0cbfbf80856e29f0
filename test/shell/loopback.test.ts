import { expect, test } from '@jest/globals';
import { isLoopback } from '../../scripts/shell/loopback.ts';

test.each(['localhost', 'localhost:80', '127.0.0.1', '127.0.0.1:5000', '127.8.9.10', '[::1]', '[::1]:5000'])(
  '%s is this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each([
  'localhost.example.com',
  '127.0.0.1.example.com',
  'example.com:127',
  'my-localhost',
  '128.0.0.1',
  '10.127.0.0.1',
  '127.0.0.1:5000.example.com',
  '127.0.0.1@example.com',
  '[::2]',
  '[::1].example.com',
  '::1',
  '0.0.0.0',
  '',
])('"%s" is not, as far as anybody can be sure', (host) => {
  expect(isLoopback(host)).toBe(false);
});
