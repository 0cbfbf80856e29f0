import { json } from 'node:stream/consumers';
import { type Loopback, listen } from '../process/loopback.ts';

interface Resource {
  attributes: { key: string; value: { stringValue?: string } }[];
}

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}

interface Export {
  resourceSpans: { resource: Resource; scopeSpans: { spans: Span[] }[] }[];
}

/** A collector of traces, and what it has been sent so far. */
export interface Collector extends Loopback {
  readSpans: () => Span[];
  /** What the first export says of who sent it. */
  readResource: () => Resource | undefined;
}

/** Takes traces by OTLP over HTTP, in JSON. */
export async function serveCollector(): Promise<Collector> {
  const resources: Export['resourceSpans'] = [];
  const server = await listen((incoming, response) => {
    void json(incoming).then((body) => {
      resources.push(...(body as Export).resourceSpans);
      response.end('{}');
    });
  });
  return {
    ...server,
    readSpans: () => resources.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans),
    readResource: () => resources[0]?.resource,
  };
}

/** A server that is asked, and the `traceparent` that it was last sent. */
export async function serveTraced(): Promise<Loopback & { readParent: () => string | undefined }> {
  let parent: string | undefined;
  const server = await listen(({ headers }, response) => {
    parent = headers.traceparent as string;
    response.end();
  });
  return { ...server, readParent: () => parent };
}
