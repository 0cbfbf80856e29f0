import { Alias, visit } from 'yaml';
import type { ApplicationNames } from '../argocd/applicationset.ts';
import { ownCluster } from '../argocd/projects.ts';
import { askBefore, choicesPath, jobsOf } from '../lint/pipeline.ts';
import { splice } from '../release/splice.ts';
import { parseYamlFile, type YamlFile } from '../release/yaml-file.ts';
import { addBelow, openEntries, replace } from './entries.ts';

/** An environment that comes or goes, the one that it takes from, and those that take from it. */
export interface Change {
  isAdded: boolean;
  name: string;
  from: string;
  next: readonly string[];
  cluster?: string | undefined;
}

/** The flow after a change: the environment stands between the one that it takes from and those that took from that. */
export function changeFlow(file: YamlFile, { isAdded, name, from, next }: Change): string {
  const parsed = parseYamlFile(file);
  const entryOf = openEntries(parsed, 'environments', ['name']);
  return splice(parsed.text, [
    isAdded ? addBelow(parsed, entryOf(from), [{ name, from }], '') : { ...entryOf(name), text: '' },
    ...next.map((taker) => replace(entryOf(taker).map.get('from', true), isAdded ? name : from)),
  ]);
}

/** The projects after a change: a new one is as that of the environment before, but for its names and its cluster. */
export function changeProjects(file: YamlFile, change: Change, namesOf: (name: string) => ApplicationNames): string {
  const parsed = parseYamlFile(file);
  const entryOf = openEntries(parsed, 'items', ['metadata', 'name']);
  const [model, names] = [namesOf(change.from), namesOf(change.name)];
  if (!change.isAdded) return splice(parsed.text, [{ ...entryOf(names.project), text: '' }]);
  const before = entryOf(model.project);
  visit(before.map, {
    Scalar: (_, scalar) => {
      if (scalar.value === model.project) scalar.value = names.project;
      else if (scalar.value === model.namespace) scalar.value = names.namespace;
    },
    // What all projects have stands in one, and the others name it.
    Collection: (_, { anchor }) => (anchor === undefined ? undefined : new Alias(anchor)),
  });
  before.map.setIn(['spec', 'destinations', 0, 'name'], change.cluster ?? ownCluster);
  return splice(parsed.text, [addBelow(parsed, before, [before.map])]);
}

/** The pipeline after a change: the jobs of the environment, and its choice in the form of a rollback. */
export function changePipeline(file: YamlFile, change: Change, environments: readonly string[]): string {
  const parsed = parseYamlFile(file);
  const { isAdded, name, from, next } = change;
  const jobOf = openEntries(parsed);
  const jobs = jobsOf({ name, from, via: 'push' });
  const lastWait = `wait:${environments.findLast((other) => other !== name) ?? from}`;
  const own = ['wait', 'promote'].map((kind) => {
    const key = `${kind}:${name}`;
    // The first environment has no promotion to itself.
    const before = () => jobOf(`${kind}:${from}`, '.promote', lastWait);
    return isAdded ? addBelow(parsed, before(), { [key]: jobs[key] }) : { ...jobOf(key), text: '' };
  });
  // A question that somebody has worded otherwise stays.
  const asked = next.map((taker) => ({ taker, node: jobOf(`promote:${taker}`).map.get('manual_confirmation', true) }));
  const [before, after] = isAdded ? [from, name] : [name, from];
  const questions = asked
    .filter(({ taker, node }) => node?.value === askBefore(taker, before))
    .map(({ taker, node }) => replace(node, askBefore(taker, after)));
  const choices = replace(parsed.document.getIn(choicesPath, true), ['', ...environments]);
  return splice(parsed.text, [choices, ...own, ...questions]);
}
