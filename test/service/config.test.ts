import { expect, test } from '@jest/globals';
import { ConfigFault, readConfig } from '../../src/config.ts';

test('with nothing set, a developer gets a service that starts', () => {
  expect(readConfig({}, undefined)).toEqual({
    HOST: '0.0.0.0',
    PORT: 3000,
    ENVIRONMENT: 'local',
    RELEASE: 'unreleased',
    LOG_LEVEL: 'info',
    DRAIN_SECONDS: 0,
  });
});

test('what the deployment sets is taken', () => {
  const env = {
    HOST: '::',
    PORT: '8080',
    ENVIRONMENT: 'production',
    RELEASE: '3f9c1b2a',
    LOG_LEVEL: 'debug',
    DRAIN_SECONDS: '15',
    KUBERNETES_PORT: 'tcp://10.0.0.1:443',
  };
  expect(readConfig(env, '3f9c1b2a')).toEqual({
    HOST: '::',
    PORT: 8080,
    ENVIRONMENT: 'production',
    RELEASE: '3f9c1b2a',
    LOG_LEVEL: 'debug',
    DRAIN_SECONDS: 15,
  });
});

test('every fault is named at once, with its value', () => {
  const env = {
    HOST: '',
    PORT: '65536',
    ENVIRONMENT: ' ',
    LOG_LEVEL: 'loud',
    DRAIN_SECONDS: '1m',
    RELEASE: '9d0e4c77',
  };
  expect(() => readConfig(env, '3f9c1b2a')).toThrow(
    new ConfigFault(
      `The service cannot start, its configuration is wrong:
  HOST is "": expected some text; unset it for its default
  PORT is "65536": expected a whole number from 0 to 65535
  ENVIRONMENT is " ": expected some text; unset it for its default
  RELEASE is "9d0e4c77": this program was built from release "3f9c1b2a"
  LOG_LEVEL is "loud": expected one of fatal, error, warn, info, debug, trace, silent
  DRAIN_SECONDS is "1m": expected a whole number from 0 to 3600
src/README.md lists the variables.`,
    ),
  );
});

test.each(['', ' ', '0x50', '-1', '3e3', '80.5', '٣', '99999999999999999999'])(
  'PORT %p is refused',
  (PORT) => {
    expect(() => readConfig({ PORT }, undefined)).toThrow(
      `PORT is ${JSON.stringify(PORT)}: expected a whole number`,
    );
  },
);

test('the program knows its release, also when the deployment does not say', () => {
  expect(readConfig({}, '3f9c1b2a').RELEASE).toBe('3f9c1b2a');
});
