import { stringify } from 'yaml';
import type { Files } from './origin.ts';

/** The rules of an environment, as the flow writes them. */
interface Rules {
  soak?: string | { for: string; by: 'release' | 'descent' };
  healthy?: boolean;
  auto?: boolean;
  via?: 'merge-request';
  override?: readonly string[];
}

interface Freeze {
  environments: string[];
  from?: string;
  to?: string;
  every?: { from: string; to: string; zone: string };
  reason?: string;
}

/** The rules between the environments. */
export interface FlowRules {
  staging?: Rules;
  production?: Rules;
  /** A freeze, which has begun and never ends unless its times are given, or those of each week. */
  freeze?: Freeze;
}

/** The flow of the project: dev, staging and production, each after the one before. */
export function flow({ staging, production, freeze }: FlowRules = {}): Files {
  const environments = [
    { name: 'dev' },
    { name: 'staging', from: 'dev', ...staging },
    { name: 'production', from: 'staging', ...production },
  ];
  const always = freeze?.every ? {} : { from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' };
  const freezes = freeze && [{ ...always, reason: 'stock-taking', ...freeze }];
  return { 'environments/flow.yaml': stringify({ environments, freezes }) };
}
