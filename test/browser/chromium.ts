import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [process.env.CHROMIUM_PATH ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = PLACES.find((path) => path !== '' && existsSync(path));

/** Whether a Chromium is installed. */
export const isInstalled = executablePath !== undefined;

/** Starts it, without a window. Throws where none is installed. */
export const launch = (): Promise<Browser> => chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] });
