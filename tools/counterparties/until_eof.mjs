// Runs a Node program until stdin closes: whoever holds its other end may die in any way, and it goes too.
// usage: until_eof.mjs PROGRAM.js [ARGUMENTS…]; at most MAX_S seconds (default 3600).
import { pathToFileURL } from 'node:url';

process.stdin.on('end', () => process.exit(0)).resume();
setTimeout(() => process.exit(0), 1000 * Number(process.env.MAX_S ?? 3600)).unref();
process.argv.splice(1, 1);
await import(pathToFileURL(process.argv[1]));
