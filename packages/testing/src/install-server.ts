/** One server for the tests of a file, or of a whole run. */
import { type StartOptions, startServer, type TestServer } from './start-server.js'

type Hook = (run: () => void | Promise<void>) => unknown

/** The hooks of a test runner: those of Vitest and Jest, or `before` and `after` of node:test. */
export interface Hooks {
  readonly beforeAll?: Hook
  readonly before?: Hook
  readonly afterAll?: Hook
  readonly after?: Hook
  /** Where it is given, every test begins with the state after the start. */
  readonly beforeEach?: Hook
}

/**
 * Starts a server before the tests of a file and stops it after them. Returns what the tests get it from. Throws TypeError without
 * the hooks that it needs.
 */
export function installServer(hooks: Hooks, options: StartOptions = {}): () => TestServer {
  const [before, after] = [hooks.beforeAll ?? hooks.before, hooks.afterAll ?? hooks.after]
  if (before === undefined || after === undefined) throw new TypeError('pass the hooks of the test runner')
  let server: TestServer | undefined
  before(async () => {
    server = await startServer(options)
  })
  hooks.beforeEach?.(() => server?.reset())
  after(() => server?.stop())
  return () => {
    if (server === undefined) throw new Error('the server runs from the first test to the last')
    return server
  }
}

/**
 * For a file that Vitest runs before all others (`globalSetup`), which exports both functions. `setup` puts the variables of `env()`
 * into the environment of the tests.
 */
export function globalServer(options: StartOptions = {}): {
  readonly setup: () => Promise<void>
  readonly teardown: () => Promise<void>
} {
  let server: TestServer | undefined
  return {
    async setup() {
      server = await startServer(options)
      Object.assign(process.env, server.env())
    },
    teardown: async () => server?.stop(),
  }
}
