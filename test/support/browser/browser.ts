import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** How a page is looked at. */
export interface Look extends Pick<BrowserContextOptions, 'colorScheme' | 'javaScriptEnabled'> {
  /** Pixels of the window. */
  width?: number;
  height?: number;
}

/** A page that somebody looks at. What a page must never do is a failure where the block ends that uses it. */
export interface Opened extends AsyncDisposable {
  page: Page;
}

/** Starts Debian's Chromium without a window; nothing is downloaded. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await findChromium();
  return chromium.launch({ executablePath });
}

/** Opens an address in a window of its own. */
export async function open(
  browser: Browser,
  address: string,
  { width = 1440, height = 900, ...look }: Look = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height }, ...look });
  const faults: string[] = [];
  await context.route(
    (url) => !isHere(url),
    async (route) => {
      faults.push(`it asks for ${route.request().url()}`);
      await route.abort();
    },
  );
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`the console says ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`it throws ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`it was answered ${response.status()} for ${response.url()}`);
  });
  page.on('dialog', (dialog) => {
    faults.push(`it opens a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await context.close();
      if (faults.length > 0) throw new Error(`${address} does what no page may:\n${faults.join('\n')}`);
    },
  };
}

/** Whether an address is of this machine. */
function isHere({ protocol, hostname }: URL): boolean {
  return ['file:', 'data:', 'about:'].includes(protocol) || (protocol === 'http:' && hostname === '127.0.0.1');
}

async function findChromium(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, 'chromium');
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  throw new Error('There is no chromium on the PATH. On Debian: sudo apt-get install --yes chromium');
}
