/** The program as the compiled tests start it: what bin/selfpaste.js does, from whatever folder they were compiled to. */
import process from 'node:process';
import { runCommandLine } from '../cli/main.ts';

await runCommandLine(process.argv);
