/** Where the bundled sample is, and how it is written: run this file to write it again after a change of the generator. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { generateSample } from './generate.ts';

export const samplePath = fileURLToPath(new URL('../../sample/loan-applications.xes.gz', import.meta.url));

const operatingSystem = 9;
const unknown = 255;

/** gzip's header holds no time here; it names the system that packed it, which is taken out. */
function packedSample(): Buffer {
  const packed = gzipSync([...generateSample()].join(''), { level: 9 });
  packed[operatingSystem] = unknown;
  return packed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(samplePath, packedSample());
