import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Clients that ask again and again, each on a connection that it keeps until it is told to close it. */
export class Load {
  /** Answers other than 2xx, and whatever befell a connection. */
  readonly failures: string[] = [];
  answered = 0;
  /** The connections that live. */
  readonly open = new Set<Socket>();
  /** The connections on which an answer said to close them. */
  readonly told = new Set<Socket>();
  #over = false;
  readonly #pickPort: () => number | undefined;
  readonly #clients: Promise<void>[];

  /** Of ten clients, one uploads and one is slow. While there is no port to ask, they wait. */
  constructor(clients: number, pickPort: () => number | undefined) {
    this.#pickPort = pickPort;
    const bodies = [upload, slowBody];
    this.#clients = Array.from({ length: clients }, (_, index) => this.#run(bodies[index % 10] ?? []));
  }

  /** Lets the clients finish what they have asked. */
  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#clients);
  }

  async #run(body: Body): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!this.#over) {
      const port = this.#pickPort();
      if (port !== undefined) {
        await this.#ask(agent, port, body).catch((error: unknown) => this.failures.push(String(error)));
      }
      // So that the time of an answer is the server's, and not that of clients who are all at work.
      await setTimeout(10);
    }
    agent.destroy();
  }

  async #ask(agent: Agent, port: number, body: Body): Promise<void> {
    const outgoing = request({ agent, host: '127.0.0.1', port, ...(body.length > 0 ? echo : {}) });
    outgoing.once('socket', (socket) => {
      this.#watch(socket);
    });
    const { statusCode = 0, headers, socket } = await send(outgoing, body);
    this.answered += 1;
    if (statusCode < 200 || statusCode > 299) this.failures.push(String(statusCode));
    if (headers.connection === 'close') this.told.add(socket);
  }

  /** A connection can also be lost between two requests, which fails none of them. */
  #watch(socket: Socket): void {
    if (this.open.has(socket)) return;
    this.open.add(socket);
    socket.once('error', (error) => this.failures.push(`lost a connection: ${error.message}`));
    socket.once('close', () => this.open.delete(socket));
  }
}

/** Its parts, two seconds between them; none for a request without a body. */
type Body = readonly string[];

const upload: Body = [`{"text":"a"${' '.repeat(300_000)}}`];
const slowBody: Body = ['{"text":', '"a"}'];
const echo = { method: 'POST', path: '/trial/echo', headers: { 'Content-Type': 'application/json' } };

/** Gives the answer, when it has come whole. */
async function send(outgoing: ClientRequest, body: Body): Promise<IncomingMessage> {
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  for (const [index, part] of body.entries()) {
    if (index > 0) await Promise.race([setTimeout(2000), answered]);
    outgoing.write(part);
  }
  outgoing.end();
  const [answer] = await answered;
  await once(answer.resume(), 'end');
  return answer;
}
