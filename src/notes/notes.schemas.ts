import { z } from 'zod';

export const NewNote = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .meta({ examples: ['Water the plants'] }),
});

export const Note = NewNote.extend({
  id: z.uuid(),
  created: z.iso.datetime(),
});

export type NewNote = z.infer<typeof NewNote>;
export type Note = z.infer<typeof Note>;

export const NoteId = Note.shape.id;
