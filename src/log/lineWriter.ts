import { writeSync } from 'node:fs';

/** What waits while nobody reads, in bytes; lines beyond it are lost. */
const MOST = 65_536;
const TRIES = 20;
const PAUSE_MS = 5;

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes lines to a file descriptor before it returns, so that the last one before a crash is there. A disk that is full or
 * a reader that has gone loses lines, whole ones, and nothing else: the log never stops the product.
 */
export function lineWriter(fd: number): { write(line: string): void } {
  let waiting = Buffer.alloc(0);
  return {
    write(line) {
      const bytes = Buffer.from(line);
      if (waiting.length + bytes.length <= MOST) waiting = Buffer.concat([waiting, bytes]);
      waiting = rest(fd, waiting);
    },
  };
}

/** Writes as much as can be written; returns what could not. */
function rest(fd: number, bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  let left = bytes;
  for (let tries = 0; left.length > 0 && tries < TRIES; )
    try {
      left = left.subarray(writeSync(fd, left));
    } catch (error) {
      // A pipe that does not block is full for a moment.
      if ((error as { code?: string }).code !== 'EAGAIN') return left;
      tries += 1;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  return left;
}
