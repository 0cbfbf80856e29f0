import fc from 'fast-check';
import { emptyValues } from './origin.ts';

/** A step of people who share a branch: the pipeline, and two developers. */
export type Push =
  | { kind: 'deliver' | 'hold' | 'promote' | 'code' | 'propose' | 'accept' | 'forward' }
  | { kind: 'start' | 'work' | 'request' | 'push' | 'join'; who: 0 | 1 }
  | { kind: 'catchUp'; who: 0 | 1; title: string };

// What git and people write above a merge of the branch into their own work.
const titles = [
  "Merge branch 'main' of gitlab.example.com:shop/orders into mine",
  "Merge remote-tracking branch 'origin/main'",
  'Catch up',
];

const who = fc.constantFrom(0 as const, 1 as const);

const alone = fc.constantFrom('deliver', 'hold', 'promote', 'code', 'propose', 'accept', 'forward');
const developing = fc.constantFrom('start', 'work', 'work', 'request', 'push', 'push', 'join');

/** Steps in which merges of the branch into somebody's own work come to the branch often. */
export const pushes: fc.Arbitrary<Push[]> = fc.array(
  fc.oneof(
    fc.record({ kind: alone }),
    fc.record({ kind: developing, who }),
    fc.record({ kind: fc.constant('catchUp'), who, title: fc.constantFrom(...titles) }),
  ),
  { minLength: 30, maxLength: 90 },
);

interface Node {
  parents: number[];
  ancestors: Set<number>;
}

/** What was pushed, as a stream for git, and where the branch was after each push, oldest first: both by marks. */
export class Played {
  readonly stream: string[] = [];
  readonly tips: number[] = [];
  readonly #nodes: Node[] = [{ parents: [], ancestors: new Set() }];
  readonly #developers: [number, number];
  #proposal: number | undefined;

  constructor(steps: readonly Push[], ref: string) {
    const root = this.#commit(ref, 'Start', [], { 'src/main.ts': '1', ...values('0') });
    this.#developers = [root, root];
    this.tips.push(root);
    for (const step of steps) this.#play(step, ref);
    this.stream.push(`reset ${ref}\nfrom :${this.#main}\n\n`);
  }

  get #main(): number {
    return this.tips.at(-1) ?? 0;
  }

  #play(step: Push, ref: string): void {
    const main = this.#main;
    const commit = (subject: string, parents: number[], files: Record<string, string>) =>
      this.#commit(ref, subject, parents, files);
    const next = String(this.#nodes.length);
    const push = (tip: number) => {
      this.tips.push(tip);
    };
    switch (step.kind) {
      case 'deliver':
      case 'promote': {
        push(commit(`${step.kind === 'deliver' ? 'deploy(dev)' : 'promote(dev)'}: 1234567`, [main], values(next)));
        return;
      }
      case 'hold': {
        push(commit('hold(dev)', [main], { 'environments/dev/hold.yaml': next }));
        return;
      }
      case 'code': {
        push(commit('Write it on the branch', [main], { 'src/main.ts': next }));
        return;
      }
      case 'propose':
        this.#proposal = commit('promote(dev): 1234567', [main], values(next));
        return;
      case 'accept':
      case 'forward': {
        this.#accept(step.kind, commit, push);
        return;
      }
      default: {
        this.#develop(step, commit, push);
        return;
      }
    }
  }

  #accept(kind: 'accept' | 'forward', commit: Commit, push: (tip: number) => void): void {
    const [main, proposal] = [this.#main, this.#proposal];
    if (proposal === undefined) return;
    const isNext = this.#nodes[proposal]?.parents[0] === main;
    if (kind === 'forward' && !isNext) return;
    this.#proposal = undefined;
    const title = "Merge branch 'promote/dev/1234567' into 'main'";
    push(kind === 'forward' ? proposal : commit(title, [main, proposal], values(String(this.#nodes.length))));
  }

  #develop(step: Extract<Push, { who: 0 | 1 }>, commit: Commit, push: (tip: number) => void): void {
    const [main, mine] = [this.#main, this.#developers[step.who]];
    const files = { [`src/${step.who}.ts`]: String(this.#nodes.length) };
    if (step.kind === 'request') {
      if (!this.#has(main, mine)) push(commit("Merge branch 'mine' into 'main'", [main, mine], files));
    } else if (step.kind === 'push') {
      if (this.#has(mine, main) && mine !== main) push(mine);
    } else {
      const merge = (title: string, other: number) => {
        if (this.#has(mine, other)) return mine;
        return this.#has(other, mine) ? other : commit(title, [mine, other], files);
      };
      this.#developers[step.who] = {
        start: () => main,
        work: () => commit('Work', [mine], files),
        join: () => merge("Merge branch 'theirs' into mine", this.#developers[step.who === 0 ? 1 : 0]),
        catchUp: () => merge('title' in step ? step.title : '', main),
      }[step.kind]();
    }
  }

  #has(commit: number, other: number): boolean {
    return commit === other || this.#nodes[commit]?.ancestors.has(other) === true;
  }

  #commit(ref: string, subject: string, parents: number[], files: Readonly<Record<string, string>>): number {
    const mark = this.#nodes.length;
    const [first, ...others] = parents;
    const known = parents.flatMap((parent) => [parent, ...(this.#nodes[parent]?.ancestors ?? [])]);
    this.#nodes.push({ parents, ancestors: new Set(known) });
    this.stream.push(
      // On a ref of its own, since a commit does not descend from the one that was written before it.
      `commit ${ref}-${mark}\nmark :${mark}\ncommitter Ada <ada@example.com> ${1_790_000_000 + mark} +0000\n`,
      data(subject),
      ...(first === undefined ? [] : [`from :${first}\n`]),
      ...others.map((parent) => `merge :${parent}\n`),
      ...Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`),
    );
    return mark;
  }
}

type Commit = (subject: string, parents: number[], files: Record<string, string>) => number;

function values(content: string): Record<string, string> {
  return { 'environments/dev/values.yaml': `${emptyValues('dev')}# ${content}\n` };
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
