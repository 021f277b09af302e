import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from 'jest';

// Starting is most of what many processes in the tests do: what Node compiled for one of them serves the next.
process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'dunwell-test-compiled');

const config: Config = {
  testEnvironment: '<rootDir>/tools/testEnvironment.cjs',
  testSequencer: '<rootDir>/tools/testSequencer.cjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  setupFiles: ['<rootDir>/test/support/setUtc.ts'],
  // Nothing takes so long, but on a machine that is busy with other things something may.
  testTimeout: 180_000,
  // Left to itself jest keeps one of two cores for itself.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/tools/plainReporter.cjs'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};
export default config;
