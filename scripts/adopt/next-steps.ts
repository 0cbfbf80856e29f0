import type { Identity } from './identity.ts';

/** What is left to do when this repository is somebody's own. */
export function describeNextSteps(identity: Identity): string {
  return `
Check it:     npm test && npm run rehearse
Commit it:    git commit --all --message "Adopt as ${identity.name}"
${describeSettings(identity)}`;
}

/** What is left to do where no file reaches: on GitLab, at the registry and in Argo CD; READMEs are told by where they are. */
export function describeSettings({ name, group, host, registry, branch }: Identity, readmes = ''): string {
  const project = `${group}/${name}`;
  const [, region] = /\.dkr\.ecr\.([-a-z0-9]+)\.amazonaws\./.exec(registry) ?? [];
  const variables =
    region === undefined
      ? [
          "If it is not GitLab's own registry:",
          `  glab variable set CI_REGISTRY ${registry} --repo ${host}/${project}`,
          '  and CI_REGISTRY_IMAGE, CI_REGISTRY_USER and CI_REGISTRY_PASSWORD, masked and protected.',
        ]
      : [
          `glab variable set ECR_REPOSITORY_URL ${registry} --repo ${host}/${project}`,
          `glab variable set AWS_REGION ${region} --repo ${host}/${project}`,
          `glab variable set AWS_ROLE_ARN ROLE --repo ${host}/${project}`,
          `ROLE is made as ${readmes}.gitlab/README.md says.`,
        ];
  return `
GitLab:       git remote set-url origin https://${host}/${project}.git
              git push --set-upstream origin ${branch}
              Then the settings that ${readmes}.gitlab/README.md lists: merge method, protected branch, job token.

The registry: ${variables.join('\n              ')}

Argo CD:      kubectl apply --namespace argocd --filename environments/argocd/
              Its access to the project, and the webhook, are in ${readmes}environments/README.md.
`;
}
