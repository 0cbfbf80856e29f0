import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** Clients that ask again and again, each on a connection that it keeps until it is told to close it. */
export class Load {
  readonly failures: string[] = [];
  answered = 0;
  /** How many answers told their client to close the connection. */
  closed = 0;
  #over = false;
  readonly #pickPort: () => number | undefined;
  readonly #clients: Promise<void>[];

  /** Of ten clients, one uploads and one is slow. While there is no port to ask, they wait. */
  constructor(clients: number, pickPort: () => number | undefined) {
    this.#pickPort = pickPort;
    const kinds = [upload, writeSlowly, ...Array.from({ length: 8 }, () => read)];
    this.#clients = Array.from({ length: clients }, (_, index) => this.#run(kinds[index % 10] ?? read));
  }

  /** Lets the clients finish what they have asked. */
  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#clients);
  }

  async #run(ask: Ask): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!this.#over) {
      const port = this.#pickPort();
      if (port !== undefined) await this.#count(ask, agent, port);
      // So that the time of an answer is the server's, and not that of clients who are all at work.
      await setTimeout(10);
    }
    agent.destroy();
  }

  async #count(ask: Ask, agent: Agent, port: number): Promise<void> {
    try {
      const { statusCode = 0, headers } = await ask(agent, port);
      if (statusCode < 200 || statusCode > 299) this.failures.push(String(statusCode));
      if (headers.connection === 'close') this.closed += 1;
      this.answered += 1;
    } catch (error) {
      this.failures.push(String(error));
    }
  }
}

type Ask = (agent: Agent, port: number) => Promise<IncomingMessage>;

const read: Ask = (agent, port) => send(agent, port, 'GET', '/');

/** 300 kB at once. */
const upload: Ask = (agent, port) => write(agent, port, [`{"text":"a"${' '.repeat(300_000)}}`]);

/** A request that is on its way for two seconds. */
const writeSlowly: Ask = (agent, port) => write(agent, port, ['{"text":', '"a"}']);

/** Writes a note, and throws it away, so that there are never too many. */
async function write(agent: Agent, port: number, parts: readonly string[]): Promise<IncomingMessage> {
  const answer = await send(agent, port, 'POST', '/notes', parts);
  const { id } = JSON.parse(bodies.get(answer) ?? '') as { id: string };
  if (answer.headers.connection !== 'close') await send(agent, port, 'DELETE', `/notes/${id}`);
  return answer;
}

const bodies = new WeakMap<IncomingMessage, string>();

async function send(
  agent: Agent,
  port: number,
  method: string,
  path: string,
  parts: readonly string[] = [],
): Promise<IncomingMessage> {
  const headers = parts.length > 0 ? { 'Content-Type': 'application/json' } : {};
  const outgoing = request({ agent, host: '127.0.0.1', port, method, path, headers });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  for (const [index, part] of parts.entries()) {
    if (index > 0) await Promise.race([setTimeout(2000), answered]);
    outgoing.write(part);
  }
  outgoing.end();
  const [answer] = await answered;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  bodies.set(answer, Buffer.concat(chunks).toString());
  return answer;
}
