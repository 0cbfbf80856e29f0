import { Module } from '@nestjs/common';
import { NotesController } from './notes.controller.ts';
import { Notes } from './notes.ts';

/** An example of a resource, to learn from and to delete. */
@Module({ controllers: [NotesController], providers: [Notes] })
export class NotesModule {}
