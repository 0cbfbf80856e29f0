import { stringify } from 'yaml';

/** The rule by which Argo CD names what it makes of an environment, for a project called orders. */
export const namedApplications = {
  'environments/argocd/applicationset.yaml': `spec:
  generators: [{ git: { repoURL: 'https://gitlab.example.com/group/orders.git', revision: main } }]
  template:
    metadata: { name: 'orders-{{ .file.path.basename }}' }
    spec:
      project: 'orders-{{ .file.path.basename }}'
      source: { path: helm-chart, helm: { releaseName: orders } }
      destination: { namespace: 'orders-{{ .file.path.basename }}' }
`,
};

/** The projects that let environments into their own namespaces, as that rule names them. */
export function projectsOf(environments: readonly string[]) {
  const items = environments.map((environment) => {
    const name = `orders-${environment}`;
    const spec = {
      destinations: [{ name: 'in-cluster', namespace: name }],
      clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name }],
    };
    return { metadata: { name }, spec };
  });
  return { 'environments/argocd/projects.yaml': stringify({ items }) };
}
