import http from 'node:http';
import https from 'node:https';
import { ECR } from '@aws-sdk/client-ecr';
import { fromWebToken } from '@aws-sdk/credential-provider-web-identity';
import { openBasic } from './basic.ts';
import { openEcr } from './ecr.ts';
import type { Limits } from '../shell/within.ts';
import type { Registry } from './registry.ts';
import type { RegistrySettings } from './settings.ts';

/** Opens the repository that the settings name; nothing is asked yet. */
export function openRegistry(settings: RegistrySettings, limits: Limits): Registry {
  if (settings.kind === 'basic') return openBasic(settings, limits);
  const { region, role } = settings;
  // The SDK's own agents know no proxy.
  const requestHandler = { httpAgent: http.globalAgent, httpsAgent: https.globalAgent };
  const ecr = new ECR({ region, requestHandler, ...(role && { credentials: fromWebToken(role) }) });
  return openEcr(ecr, settings, limits);
}
