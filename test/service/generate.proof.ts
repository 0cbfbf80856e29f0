import { expect, test } from '@jest/globals';
import { cp, mkdtempDisposable, readFile, glob, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyService } from '../support/service/built-service.ts';
import { run } from '../support/process/run.ts';

test('what npm run generate makes is in the style of this project', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'service-'));
  await copyService(folder.path);
  await cp('eslint.config.js', join(folder.path, 'eslint.config.js'));
  // They use what the copy does not have.
  for await (const file of glob('src/*/*.test.ts', { cwd: folder.path })) await rm(join(folder.path, file));
  const npm = (...args: string[]) =>
    run('npm', ['--prefix', folder.path, ...args], {
      env: { PATH: process.env.PATH, HOME: folder.path },
      timeLimit: 60_000,
    });
  for (const kind of ['module', 'service', 'controller']) await npm('run', 'generate', '--', kind, 'orders');

  const module = await readFile(join(folder.path, 'src/orders/orders.module.ts'), 'utf8');
  expect(module).toBe(`import { Module } from '@nestjs/common';
import { OrdersService } from './orders.service.ts';
import { OrdersController } from './orders.controller.ts';

@Module({
  providers: [OrdersService],
  controllers: [OrdersController],
})
export class OrdersModule {}
`);
  await npm('exec', '--', 'prettier', '--check', 'src');
  await npm('exec', '--', 'eslint', 'src');
  await npm('exec', '--', 'tsc');
  await npm('run', 'build');
}, 180_000);
