import { ECR } from '@aws-sdk/client-ecr';
import { openBasic } from './basic.ts';
import { openEcr } from './ecr.ts';
import type { Dialogue, Registry } from './registry.ts';
import type { RegistrySettings } from './settings.ts';

/** Opens the repository that the settings name; nothing is asked yet. */
export function openRegistry(settings: RegistrySettings, dialogue: Dialogue): Registry {
  switch (settings.kind) {
    case 'ecr':
      return openEcr(new ECR({ region: settings.region }), settings, dialogue);
    case 'basic':
      return openBasic(settings, dialogue);
  }
}
