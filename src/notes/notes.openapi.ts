import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { NewNote, Note, NoteId } from './notes.schemas.ts';

const requestParams = { path: z.object({ id: NoteId }) };
const invalid = { $ref: '#/components/responses/Problem' };

export const paths: ZodOpenApiPathsObject = {
  '/notes': {
    get: {
      summary: 'All notes, oldest first',
      responses: {
        200: { description: 'The notes', content: { 'application/json': { schema: z.array(Note) } } },
      },
    },
    post: {
      summary: 'Write a note',
      requestBody: { required: true, content: { 'application/json': { schema: NewNote } } },
      responses: {
        201: { description: 'The note', content: { 'application/json': { schema: Note } } },
        400: invalid,
        409: invalid,
      },
    },
  },
  '/notes/{id}': {
    get: {
      summary: 'One note',
      requestParams,
      responses: {
        200: { description: 'The note', content: { 'application/json': { schema: Note } } },
        400: invalid,
        404: invalid,
      },
    },
    delete: {
      summary: 'Throw a note away',
      requestParams,
      responses: { 204: { description: 'It is gone' }, 400: invalid, 404: invalid },
    },
  },
};
