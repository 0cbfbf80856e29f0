import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { runProgram } from '../../../scripts/process/program.ts';
import { findPort } from '../../support/process/service.ts';
import type { Program } from './programs.ts';

/** A program that is running, and ready. */
export interface Server extends AsyncDisposable {
  port: number;
  /** Milliseconds from the start of the process to its first 200 on `/health/ready`. */
  startup: number;
  /** Its memory now, in bytes. */
  readMemory: () => Promise<number>;
  /** The time that it has worked, in microseconds. */
  readCpu: () => Promise<number>;
}

/** What Linux counts the time of processes in: a hundredth of a second. */
const microsecondsPerTick = 10_000;

/** Keeps the clients, which are this process, from the core of the servers. */
export async function pinClients(): Promise<void> {
  const args = ['--all-tasks', '--cpu-list', '--pid', '1', String(process.pid)];
  await runProgram('taskset', args, { env: { PATH: process.env.PATH }, timeLimit: 5000 });
}

/** Starts a program, its log going nowhere, and waits until it is ready. */
export async function startServer({ args, env }: Program): Promise<Server> {
  const port = await findPort();
  const metricsPort = await findPort();
  const begin = performance.now();
  const child = spawn('taskset', ['--cpu-list', '0', process.execPath, ...args], {
    env: { ...env, HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: String(metricsPort) },
    stdio: 'ignore',
  });
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}.`);
    await setTimeout(1);
  }
  const startup = performance.now() - begin;
  return {
    port,
    startup,
    async readMemory() {
      const pid = String(child.pid);
      const { stdout } = await runProgram('ps', ['-o', 'rss=', '-p', pid], {
        env: { PATH: process.env.PATH },
        timeLimit: 5000,
      });
      return Number(stdout.toString()) * 1024;
    },
    async readCpu() {
      const [, ...fields] = (await readFile(`/proc/${String(child.pid)}/stat`, 'utf8')).split(') ');
      const [user, system] = (fields[0] ?? '').split(' ').slice(11, 13).map(Number);
      return ((user ?? NaN) + (system ?? NaN)) * microsecondsPerTick;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

const agent = new Agent({ keepAlive: false });

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ agent, host: '127.0.0.1', port, path: '/health/ready' }, (answer) => {
      answer.resume().on('end', () => {
        resolve(answer.statusCode === 200);
      });
    }).on('error', () => {
      resolve(false);
    });
  });
}
