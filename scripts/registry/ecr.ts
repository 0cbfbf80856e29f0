import {
  type ECR,
  ImageNotFoundException,
  RepositoryAlreadyExistsException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import { Failure } from '../shell/failure.ts';
import { parseDigest } from '../release/image.ts';
import { awsAsker } from './aws.ts';
import type { Dialogue, Registry } from './registry.ts';
import type { EcrSettings } from './settings.ts';

/**
 * Opens a repository of ECR, which is created before the first push: tags immutable, scanned on push.
 * Its methods throw `missing-variable` (no credentials), `registry-refused` and `registry-unreachable`.
 */
export function openEcr(ecr: ECR, settings: EcrSettings, dialogue: Dialogue): Registry {
  const { host, name: repositoryName, registryId } = settings;
  const ask = awsAsker(host, dialogue);

  async function ensureRepository(): Promise<void> {
    const repositoryNames = [repositoryName];
    const found = await ask(
      (options) => ecr.describeRepositories({ registryId, repositoryNames }, options),
      RepositoryNotFoundException,
    );
    if (found) return;
    const rules = {
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
    } as const;
    await ask(
      (options) => ecr.createRepository({ registryId, repositoryName, ...rules }, options),
      // Another job was faster.
      RepositoryAlreadyExistsException,
    );
  }

  return {
    async findDigest(tag) {
      const imageIds = [{ imageTag: tag }];
      const found = await ask(
        (options) => ecr.describeImages({ registryId, repositoryName, imageIds }, options),
        ImageNotFoundException,
        RepositoryNotFoundException,
      );
      const digest = found?.imageDetails?.[0]?.imageDigest;
      return digest === undefined ? undefined : parseDigest(digest, `${host}/${repositoryName}:${tag}`);
    },

    async authorizePush() {
      await ensureRepository();
      const answer = await ask((options) => ecr.getAuthorizationToken({}, options));
      const token = answer?.authorizationData?.[0]?.authorizationToken;
      if (token !== undefined) return token;
      throw new Failure('registry-refused', `${host} gave no token to push with.`, 'Run the job again.');
    },
  };
}
