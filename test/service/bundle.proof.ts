import { expect, test } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuiltService } from '../support/service/built-service.ts';

const module = `import { Controller, Get, Module } from '@nestjs/common';
import { hash, verify } from 'argon2';
import knex from 'knex';

@Controller('packages')
class PackagesController {
  @Get()
  async use() {
    const query = knex({ client: 'pg' }).select('text').from('notes').toString();
    return { verified: await verify(await hash('secret'), 'secret'), query };
  }
}

@Module({ controllers: [PackagesController] })
export class PackagesModule {}
`;

test('a native package and one with optional drivers work once they are named as unbundled', async () => {
  await using built = await BuiltService.build(async (folder) => {
    await addModule(folder);
    await edit(
      join(folder, 'rspack.config.js'),
      'const unbundled = [];',
      "const unbundled = ['argon2', 'knex', 'pg'];",
    );
  });
  // What an image has: dist alone.
  await rm(join(built.program, '..', '..', 'node_modules'));
  await using running = await built.start();
  const answer = await fetch(`${running.url}/packages`);
  expect(await answer.json()).toEqual({ verified: true, query: 'select "text" from "notes"' });
}, 120_000);

test('where they are not named, the program ends with the reason, and not with a page of the bundle', async () => {
  await using built = await BuiltService.build(addModule);
  await using running = built.launch({ PORT: '0', METRICS_PORT: 'off' });
  expect(await running.service.ended).toBe(1);
  const output = running.service.lines.join('\n');
  expect(output).toContain('__dirname');
  expect(output.length).toBeLessThan(5000);
}, 120_000);

async function addModule(folder: string): Promise<void> {
  await writeFile(join(folder, 'src', 'packages.module.ts'), module);
  const file = join(folder, 'src', 'app.module.ts');
  await edit(file, 'imports: [', 'imports: [PackagesModule, ');
  await writeFile(file, `import { PackagesModule } from './packages.module.ts';\n${await readFile(file, 'utf8')}`);
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  await writeFile(file, text.replace(from, to));
}
