/** The rule by which Argo CD names what it makes of an environment, for a project called orders. */
export const namedApplications = {
  'environments/argocd/applicationset.yaml': `spec:
  template:
    metadata: { name: 'orders-{{ .file.path.basename }}' }
    spec:
      project: 'orders-{{ .file.path.basename }}'
      source: { path: helm-chart, helm: { releaseName: orders } }
      destination: { namespace: 'orders-{{ .file.path.basename }}' }
`,
};
