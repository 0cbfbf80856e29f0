/** The pipeline of a project, as far as its environments have jobs of their own: each takes from the one before. */
export function pipelineOf(environments: readonly string[]) {
  const choices = ['""', ...environments].join(', ');
  const jobs = environments.map((name, index) => {
    const from = environments[index - 1];
    return from === undefined ? `deploy:\n${environmentOf(name)}${wait(name, 'deploy')}` : takes(name, from);
  });
  return {
    '.gitlab-ci.yml': `# What is common is elsewhere.
include: .gitlab/delivery.yml

variables:
  ROLLBACK_ENVIRONMENT:
    options: [${choices}] # in the order of the flow

${jobs.join('\n')}`,
  };
}

function takes(name: string, from: string): string {
  return `# What comes to ${name}.
promote:${name}:
  extends: .promote
  manual_confirmation: Promote to ${name} what runs in ${from} now?
${environmentOf(name)}${wait(name, `promote:${name}`)}`;
}

function wait(name: string, delivers: string): string {
  const needs = [delivers, 'advance'].map((job) => `    - job: ${job}\n      optional: true\n`).join('');
  return `\nwait:${name}:\n  extends: .wait\n  needs:\n${needs}${environmentOf(name)}`;
}

function environmentOf(name: string): string {
  return `  environment:\n    name: ${name}\n`;
}
