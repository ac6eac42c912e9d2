/** Shared by the tests of commands on objects: a server for all tests of a file, and a client and the command for it. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after } from 'node:test'
import { type Client, createClient } from '@bindery/client'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { type Ran, runWith, type Server, start, startLogged } from './support.js'

/** The server, client and folder of the tests of a file. All of it ends after the last test. */
export interface Shared {
  /** A server with the bucket `demo`. */
  readonly server: Server
  /** A client for `demo`. */
  readonly client: Client
  /** A folder for files. The server's data is the folder `data` in it. */
  readonly folder: string
  /** The variables with which `bindery` runs: state and configuration are in `folder`. */
  readonly env: Readonly<Record<string, string>>
  /** Runs the command with the server's key to its end; `input` is its standard input. */
  bindery(args: readonly string[], input?: string | Uint8Array): Promise<Ran>
  /** Runs a command that must end with 0, and returns what it printed to standard output. */
  succeed(args: readonly string[], input?: string | Uint8Array): Promise<string>
  /** The keys of `demo` that begin with a prefix, in order. */
  keys(prefix: string): Promise<string[]>
  /** Writes a file below `folder`, with its folders, and returns its path. */
  newFile(name: string, content: string | Uint8Array): Promise<string>
}

/** Starts the server; with `logged` its log has a line per request. */
export async function startShared({ logged = false } = {}): Promise<Shared> {
  const ends: (() => unknown)[] = []
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  const t = { after: (end: () => unknown) => ends.push(end) } as never
  const folder = newFolder(t)
  const data = path.join(folder, 'data')
  const server = logged ? await startLogged(t, data) : await start(t, data)
  const { accessKeyId, accessKeySecret, endpoint } = server
  const client = createClient({ endpoint, bucket: 'demo', auth: { credentials: { accessKeyId, accessKeySecret } } })
  ends.push(() => client.close())

  const env = { XDG_STATE_HOME: path.join(folder, 'state'), BINDERY_CONFIG: path.join(folder, 'config') }
  const bindery = (args: readonly string[], input: string | Uint8Array = '') => runWith(server, args, { input, env })
  return {
    server,
    client,
    folder,
    env,
    bindery,
    async succeed(args, input) {
      const { code, stdout, stderr } = await bindery(args, input)
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
      return stdout
    },
    async keys(prefix) {
      const found: string[] = []
      for await (const entry of client.list({ prefix })) if (entry.kind === 'object') found.push(entry.key)
      return found
    },
    async newFile(name, content) {
      const file = path.join(folder, name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, content)
      return file
    },
  }
}
