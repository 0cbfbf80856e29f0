import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ConflictException, NotFoundException } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics.ts';
import { mostNotes, Notes } from './notes.ts';
import { NewNote, NoteId, type Note } from './notes.schemas.ts';

@Controller('notes')
export class NotesController {
  private readonly written: Counter;

  constructor(
    private readonly notes: Notes,
    { registry }: Metrics,
  ) {
    this.written = new Counter({
      name: 'notes_written_total',
      help: 'Notes that were written.',
      registers: [registry],
    });
  }

  @Get()
  list(): Note[] {
    return this.notes.list();
  }

  @Get(':id')
  read(@Param('id', { schema: NoteId }) id: string): Note {
    const note = this.notes.find(id);
    if (!note) throw new NotFoundException('There is no such note.');
    return note;
  }

  @Post()
  write(@Body({ schema: NewNote }) newNote: NewNote): Note {
    const note = this.notes.add(newNote);
    if (!note) throw new ConflictException(`There are ${mostNotes} notes: throw one away first.`);
    this.written.inc();
    return note;
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@Param('id', { schema: NoteId }) id: string): void {
    if (!this.notes.remove(id)) throw new NotFoundException('There is no such note.');
  }
}
