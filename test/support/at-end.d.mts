import type { TestContext } from 'node:test'

/** Has `release` called when the test ends, in the reverse order of registration, also after another one failed. */
export declare function atEnd(t: TestContext, release: () => unknown): void

/** A new temporary folder, removed when the test ends. */
export declare function newFolder(t: TestContext, prefix?: string): string
