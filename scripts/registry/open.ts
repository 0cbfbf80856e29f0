import http from 'node:http';
import https from 'node:https';
import { ECR } from '@aws-sdk/client-ecr';
import { fromWebToken } from '@aws-sdk/credential-provider-web-identity';
import { openBasic } from './basic.ts';
import { openEcr } from './ecr.ts';
import type { Limits } from '../shell/within.ts';
import type { Registry } from './registry.ts';
import type { EcrSettings, RegistrySettings } from './settings.ts';

/** Opens the repository that the settings name; nothing is asked yet. */
export function openRegistry(settings: RegistrySettings, limits: Limits): Registry {
  if (settings.kind === 'basic') return openBasic(settings, limits);
  return openEcr(createEcr(settings), settings, limits);
}

function createEcr({ region, role }: EcrSettings): ECR {
  // The SDK's own agents know no proxy.
  const requestHandler = { httpAgent: http.globalAgent, httpsAgent: https.globalAgent };
  return new ECR({ region, requestHandler, ...(role && { credentials: fromWebToken(role) }) });
}
