import { expect, test } from '@jest/globals';
import { findImages, parseObjects } from '../../scripts/helm/manifests.ts';

test('no object is lost, however odd, but for the tests of Helm', () => {
  const manifests = `---
# Source: a comment alone
---
apiVersion: batch/v1
kind: Job
metadata:
  generateName: migrate-
  annotations: { retries: 3 }
---
apiVersion: v1
kind: List
items: []
---
apiVersion: v1
kind: Pod
metadata: { name: ready, annotations: { helm.sh/hook: test } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: orders, namespace: b, annotations: null }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: orders, namespace: a }
`;
  expect(parseObjects(manifests).map(({ id }) => id)).toEqual([
    'ConfigMap orders a ',
    'ConfigMap orders b ',
    'Job migrate-  batch',
    'List   ',
  ]);
});

test('what says the same to Kubernetes is the same text', () => {
  const [one] = parseObjects('kind: A\napiVersion: v1\nspec: { ready: true, mode: 0644, name: "yes" }\n');
  const [other] = parseObjects(
    'apiVersion: v1 # stable\nkind: "A"\nspec:\n  name: \'yes\'\n  mode: 420\n  "ready": yes\n',
  );
  expect(one?.text).toBe(other?.text);
});

test('the images of all containers are found, whatever kind of workload they are in', () => {
  const manifests = `apiVersion: v1
kind: Pod
metadata: { name: ready, annotations: { helm.sh/hook: test } }
spec: { containers: [{ name: a, image: a:1 }] }
---
apiVersion: batch/v1
kind: CronJob
spec: { jobTemplate: { spec: { template: { spec: { initContainers: [{ image: b:1 }], containers: [{ image: b:2 }] } } } } }
---
apiVersion: v1
kind: List
items: [{ apiVersion: apps/v1, kind: Deployment, spec: { template: { spec: { containers: [{ image: c:1 }] } } } }]
---
apiVersion: v1
kind: ConfigMap
data: { containers: "[{ image: d:1 }]", image: d:2 }
`;
  expect(findImages(manifests)).toEqual(['a:1', 'b:1', 'b:2', 'c:1']);
});
