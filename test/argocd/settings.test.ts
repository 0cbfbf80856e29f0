import { expect, test } from '@jest/globals';
import { parseArgoSettings } from '../../scripts/argocd/settings.ts';
import { argoToken } from '../support/argocd/server.ts';
import { catchFailure } from '../support/command/catch-failure.ts';

test.each([
  ['argocd.example.com', 'https://argocd.example.com'],
  ['argocd.example.com:8443', 'https://argocd.example.com:8443'],
  ['https://argocd.example.com/', 'https://argocd.example.com'],
  ['https://tools.example.com/argocd/', 'https://tools.example.com/argocd'],
  ['http://argocd-server.argocd.svc', 'http://argocd-server.argocd.svc'],
])('ARGOCD_SERVER may be %s', (server, address) => {
  const settings = parseArgoSettings({ ARGOCD_SERVER: server, ARGOCD_AUTH_TOKEN: `${argoToken}\n` });
  expect(settings).toEqual({ address, token: argoToken, isInsecure: false });
});

test.each(['ftp://argocd.example.com', 'https://', 'argo cd'])('ARGOCD_SERVER may not be %s', (server) => {
  const failure = catchFailure(() => parseArgoSettings({ ARGOCD_SERVER: server, ARGOCD_AUTH_TOKEN: argoToken }));
  expect(failure).toMatchObject({
    code: 'usage',
    message: `ARGOCD_SERVER: ${JSON.stringify(server)} must be a host, host:port, or URL of http or https.`,
  });
});

test.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])('any certificate may do for %s', (server) => {
  const env = { ARGOCD_SERVER: server, ARGOCD_AUTH_TOKEN: argoToken, ARGOCD_INSECURE: 'true' };
  expect(parseArgoSettings(env)).toMatchObject({ isInsecure: true });
});

test.each(['argocd.example.com', '127.0.0.1.example.com', '10.0.0.1'])('not any certificate does for %s', (server) => {
  const env = { ARGOCD_SERVER: server, ARGOCD_AUTH_TOKEN: argoToken, ARGOCD_INSECURE: 'true' };
  expect(catchFailure(() => parseArgoSettings(env))).toMatchObject({
    exitCode: 2,
    message: `ARGOCD_INSECURE is for this machine alone, and ARGOCD_SERVER is ${server}.`,
  });
});
