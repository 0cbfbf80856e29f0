import { expect, test } from '@jest/globals';
import { ConfigFault, listVariables, readConfig } from '../../src/config.ts';
import { requiredExamples as required } from '../support/service/required-variables.ts';

test('with nothing set but what is required, a developer gets a service that starts', () => {
  expect(readConfig(required, undefined)).toEqual({
    ...required,
    PORT: 3000,
    METRICS_PORT: 9090,
    ENVIRONMENT: 'local',
    RELEASE: 'unreleased',
    LOG_LEVEL: 'info',
    DRAIN_SECONDS: 0,
    REQUEST_SECONDS: 15,
    BODY_BYTES: 1_048_576,
    SHED_DELAY_MS: 1000,
    SHED_UTILIZATION: 1,
    UPSTREAM_TIMEOUT_MS: 1000,
  });
});

test('what the deployment sets is taken', () => {
  const env = {
    ...required,
    HOST: '::',
    PORT: '8080',
    METRICS_PORT: 'off',
    ENVIRONMENT: 'production',
    RELEASE: '3f9c1b2a',
    LOG_LEVEL: 'debug',
    DRAIN_SECONDS: '15',
    REQUEST_SECONDS: '30',
    BODY_BYTES: '4096',
    TRUST_PROXY: '10.0.0.0/8, fd00::/8,192.168.1.1',
    SHED_DELAY_MS: '250',
    SHED_UTILIZATION: '0.95',
    UPSTREAM_URL: 'http://orders.example.com/health',
    UPSTREAM_TIMEOUT_MS: '500',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.com:4318',
    KUBERNETES_PORT: 'tcp://10.0.0.1:443',
  };
  expect(readConfig(env, '3f9c1b2a')).toEqual({
    ...required,
    HOST: '::',
    PORT: 8080,
    METRICS_PORT: 'off',
    ENVIRONMENT: 'production',
    RELEASE: '3f9c1b2a',
    LOG_LEVEL: 'debug',
    DRAIN_SECONDS: 15,
    REQUEST_SECONDS: 30,
    BODY_BYTES: 4096,
    TRUST_PROXY: ['10.0.0.0/8', 'fd00::/8', '192.168.1.1'],
    SHED_DELAY_MS: 250,
    SHED_UTILIZATION: 0.95,
    UPSTREAM_URL: 'http://orders.example.com/health',
    UPSTREAM_TIMEOUT_MS: 500,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.com:4318',
  });
});

test('every fault is named at once, with its value', () => {
  const env = {
    ...required,
    HOST: '',
    PORT: '65536',
    METRICS_PORT: 'on',
    ENVIRONMENT: ' ',
    LOG_LEVEL: 'loud',
    DRAIN_SECONDS: '1m',
    REQUEST_SECONDS: '0',
    TRUST_PROXY: '10.0.0.0/8,proxy',
    SHED_UTILIZATION: '95%',
    UPSTREAM_URL: 'orders',
    RELEASE: '9d0e4c77',
  };
  expect(() => readConfig(env, '3f9c1b2a')).toThrow(
    new ConfigFault(
      `The service cannot start, its configuration is wrong:
  HOST is "": expected some text; unset it for its default
  PORT is "65536": expected a whole number from 0 to 65535
  METRICS_PORT is "on": expected "off", or a whole number from 0 to 65535
  ENVIRONMENT is " ": expected some text; unset it for its default
  RELEASE is "9d0e4c77": this program was built from release "3f9c1b2a"
  LOG_LEVEL is "loud": expected one of fatal, error, warn, info, debug, trace, silent
  DRAIN_SECONDS is "1m": expected a whole number from 0 to 3600
  REQUEST_SECONDS is "0": expected a whole number from 1 to 3600
  TRUST_PROXY is "10.0.0.0/8,proxy": expected addresses or CIDRs with commas between, such as 10.0.0.0/8,192.168.1.1
  SHED_UTILIZATION is "95%": expected a number above 0, at most 1
  UPSTREAM_URL is "orders": expected an http or https address
src/README.md lists the variables.`,
    ),
  );
});

test.each(['', ' ', '0x50', '-1', '3e3', '80.5', '٣', '99999999999999999999'])('PORT %p is refused', (PORT) => {
  expect(() => readConfig({ PORT }, undefined)).toThrow(`PORT is ${JSON.stringify(PORT)}: expected a whole number`);
});

test('the program knows its release, also when the deployment does not say', () => {
  expect(readConfig(required, '3f9c1b2a').RELEASE).toBe('3f9c1b2a');
});

test('whoever sets the variables can list them, with their defaults and what they are', () => {
  const variables = listVariables();
  expect(variables.every(({ description }) => description !== '')).toBe(true);
  expect(variables).toContainEqual({
    name: 'METRICS_PORT',
    default: '9090',
    description: 'the port of `/metrics`, or `off`',
    required: false,
    secret: false,
    example: undefined,
  });
  expect(variables.find(({ name }) => name === 'TRUST_PROXY')?.default).toBeUndefined();
});
