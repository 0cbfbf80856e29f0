import { json } from 'node:stream/consumers';
import type { ServerResponse } from 'node:http';
import { type Loopback, listen } from '../process/loopback.ts';

/** What the server knows, and how it behaves. */
export interface EcrState {
  /** The images of each repository: digests by tag. */
  repositories: Map<string, Map<string, string>>;
  /** Where else images may be: in the registry that this one speaks for. */
  findDigest?: (repository: string, tag: string) => Promise<string | undefined>;
  /** What every question is refused with. */
  refusal?: { type: string; message: string };
  /** Whether it takes questions and never answers. */
  hangs?: boolean;
  /** Whether another job creates the repository between the question and the creation. */
  hasRival?: boolean;
  /** The image that another job pushes to every repository, just after this one has got its password. */
  rival?: { tag: string; digest: string };
}

export interface EcrServer extends Loopback {
  /** The questions so far, in order. */
  questions: { action: string; input: EcrInput }[];
  /** The access keys that signed them. */
  signers: string[];
}

interface EcrInput {
  repositoryName?: string;
  repositoryNames?: string[];
  imageIds?: { imageTag: string }[];
}

/** The password that the server gives out. */
export const ecrPassword = 'ecr-password-for-a-push';

/** Speaks as much of Amazon ECR's protocol, JSON 1.1, as a pipeline asks. */
export async function serveEcr(state: EcrState): Promise<EcrServer> {
  const questions: EcrServer['questions'] = [];
  const signers: string[] = [];
  const server = await listen((request, response) => {
    void (async () => {
      const [, action = ''] = String(request.headers['x-amz-target']).split('.');
      const input = (await json(request)) as EcrInput;
      questions.push({ action, input });
      signers.push(/Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '');
      if (state.hangs) return;
      try {
        send(response, 200, await answer(action, input, state));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        send(response, 400, { __type: error.type, message: error.message });
      }
    })();
  });
  return Object.assign(server, { questions, signers });
}

class Refusal extends Error {
  readonly type: string;

  constructor(type: string, message = type) {
    super(message);
    this.type = type;
  }
}

async function answer(action: string, input: EcrInput, state: EcrState): Promise<object> {
  const { repositories, refusal, hasRival, rival, findDigest } = state;
  if (refusal) throw new Refusal(refusal.type, refusal.message);
  const name = input.repositoryName ?? input.repositoryNames?.[0] ?? '';
  const images = repositories.get(name);
  switch (action) {
    case 'GetAuthorizationToken': {
      if (rival) for (const tags of repositories.values()) tags.set(rival.tag, rival.digest);
      const authorizationToken = Buffer.from(`AWS:${ecrPassword}`).toString('base64');
      return { authorizationData: [{ authorizationToken }] };
    }
    case 'CreateRepository':
      if (hasRival || images) throw new Refusal('RepositoryAlreadyExistsException');
      repositories.set(name, new Map());
      return { repository: { repositoryName: name } };
    case 'DescribeRepositories':
      if (!images) throw new Refusal('RepositoryNotFoundException');
      return { repositories: [{ repositoryName: name }] };
    case 'DescribeImages': {
      if (!images) throw new Refusal('RepositoryNotFoundException');
      const tag = input.imageIds?.[0]?.imageTag ?? '';
      const imageDigest = images.get(tag) ?? (await findDigest?.(name, tag));
      if (imageDigest === undefined) throw new Refusal('ImageNotFoundException');
      return { imageDetails: [{ imageDigest }] };
    }
    default:
      throw new Refusal('UnknownOperationException', `No ${action} here.`);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
