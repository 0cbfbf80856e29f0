import { expect, test } from '@jest/globals';
import { catchFailure } from '../support/command/catch-failure.ts';
import { requireJobs } from '../../scripts/lint/pipeline.ts';
import { parseFlow } from '../../scripts/release/flow.ts';
import { flow } from '../support/git/flow.ts';
import { pipelineOf } from '../support/git/pipeline.ts';

const names = ['dev', 'staging', 'production'];
const { '.gitlab-ci.yml': whole } = pipelineOf(names);
const merge = "  rules:\n    - if: $CI_COMMIT_TITLE =~ /^Merge branch 'promote\\/production\\//\n";
const waitsForPromotion = '    - job: promote:production\n      optional: true\n';
const byMerge = whole.replace(waitsForPromotion, '').replace(/(wait:production:\n)/, `$1${merge}`);

test('a pipeline with the jobs of each environment, and a choice for each, is taken', () => {
  require(whole);
  require(byMerge, { via: 'merge-request' });
});

test.each([
  [
    'no job that delivers',
    whole.replace('\ndeploy:', '\ndelivers:'),
    'there must be a job deploy whose environment is dev',
  ],
  [
    'no job that waits',
    whole.replace('wait:staging', 'waits'),
    'there must be a job wait:staging whose environment is staging',
  ],
  [
    'a job of another environment',
    whole.replaceAll('name: production', 'name: staging'),
    'there must be a job wait:production whose environment is production.\n.gitlab-ci.yml: there must be a job promote:production whose environment is production',
  ],
  ['a job that is left over', `${whole}\nwait:qa: {}\n`, 'the flow needs no job wait:qa'],
  ['a promotion to the first one', `${whole}\npromote:dev: {}\n`, 'the flow needs no job promote:dev'],
  [
    'a choice less',
    whole.replace(', staging', ''),
    'variables.ROLLBACK_ENVIRONMENT.options must be ["","dev","staging","production"]',
  ],
  [
    'a wait for something else',
    whole.replace(waitsForPromotion, ''),
    'needs of wait:production must be [{"job":"promote:production","optional":true},{"job":"advance","optional":true}]',
  ],
  [
    'a wait for a merge that is none',
    whole.replace(/(wait:production:\n)/, `$1${merge}`),
    'rules of wait:production must not match the merge of a branch promote/production/',
  ],
])('%s is named', (_, text, words) => {
  expect(
    catchFailure(() => {
      require(text);
    }),
  ).toMatchObject({
    code: 'invalid-file',
    message: `.gitlab-ci.yml: ${words}.`,
  });
});

test('where a promotion is a merge request, its merge is waited for', () => {
  const text = byMerge.replace(merge, '');
  expect(
    catchFailure(() => {
      require(text, { via: 'merge-request' });
    }),
  ).toMatchObject({
    message: '.gitlab-ci.yml: rules of wait:production must match the merge of a branch promote/production/.',
  });
});

function require(text: string, production: { via?: 'merge-request' } = {}): void {
  const { 'environments/flow.yaml': rules = '' } = flow({ production });
  const parsed = parseFlow({ path: 'environments/flow.yaml', bytes: Buffer.from(rules) });
  requireJobs({ path: '.gitlab-ci.yml', bytes: Buffer.from(text) }, parsed);
}
