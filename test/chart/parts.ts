import { release as delivered } from '../support/kubernetes/render.ts';

// What the objects of the chart are called, and labelled, with the values of fixtures/values.yaml and a delivered release.

/** What a delivery writes, the whole SHA with it. */
export const release = { ...delivered, revision: '0123456789abcdef0123456789abcdef01234567' };

export const name = 'orders';
export const environment = 'dev';
export const image = `registry.example.com/team/orders:${release.tag}@${release.digest}`;

/** What selects the pods of a part of the release. */
export function selectorOf(component: string) {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': component };
}

/** The labels of what belongs to a part of the release. */
export function labelsOf(component: string) {
  return {
    ...selectorOf(component),
    'app.kubernetes.io/instance': `${name}-${environment}`,
    'app.kubernetes.io/version': release.tag,
    'app.kubernetes.io/managed-by': 'Helm',
    environment,
  };
}

/** The metadata of an object of the server, or of another part, whose objects are called after it. */
export function metadataOf(component: string, suffix?: string) {
  return {
    name: suffix === undefined ? name : `${name}-${suffix}`,
    namespace: `${name}-${environment}`,
    labels: labelsOf(component),
  };
}

export const metadata = metadataOf('server');
