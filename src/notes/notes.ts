import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { NewNote, Note } from './notes.schemas.ts';

/** More would only fill the memory: a real resource has a database here. */
export const mostNotes = 1000;

/** The notes of this process. */
@Injectable()
export class Notes {
  private readonly notes = new Map<string, Note>();

  list(): Note[] {
    return [...this.notes.values()];
  }

  find(id: string): Note | undefined {
    return this.notes.get(id);
  }

  /** Keeps a note; there is none when the notes are too many already. */
  add({ text }: NewNote): Note | undefined {
    if (this.notes.size >= mostNotes) return undefined;
    const note = { id: randomUUID(), text, created: new Date().toISOString() };
    this.notes.set(note.id, note);
    return note;
  }

  /** Whether there was such a note. */
  remove(id: string): boolean {
    return this.notes.delete(id);
  }
}
