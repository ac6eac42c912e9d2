// Shared by the tests of `bindery connect`: a server, and a shell that runs the printed scripts in empty folders.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import OSS from 'ali-oss'
import { newFolder } from '../../support/at-end.mjs'
import { startServer } from '../../support/start-server.mjs'
import { GO_ENVIRONMENT } from '../programs.mjs'
import { CACHE } from '../support.mjs'

const COMMAND = fileURLToPath(new URL('../../../packages/cli/bin/bindery.js', import.meta.url))
/** The programs that tests build. */
export const PROGRAMS = path.join(CACHE, 'connect', 'bin')
export const HELLO = 'Hello from Bindery'

// a certificate for other hosts, which rclone refuses to combine with its own transport
const { AWS_CA_BUNDLE: _, ...inherited } = process.env
export const ENVIRONMENT = {
  ...inherited,
  BINDERY_LANG: 'en',
  ...GO_ENVIRONMENT,
  GOFLAGS: `-mod=mod ${GO_ENVIRONMENT.GOFLAGS}`,
  MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -Dmaven.repo.local=${path.join(CACHE, 'java', 'repository')}`,
  PATH: `${PROGRAMS}${path.delimiter}${process.env.PATH}`,
}

/** A server with the buckets of clients that do not create theirs. */
export function startFor(clients) {
  return startServer({ args: ['--workers', '1', '--buckets', clients.map(bucketOf).join(',')] })
}

/**
 * Runs the script of a client to its end, and `more` after it: together they must print the greeting. Returns the content
 * of the object `key` that they stored.
 */
export async function runScript(t, server, client, { key = 'hello.txt', more = '' } = {}) {
  const script = `${printed(server, client)}${more}`
  const child = startShell(t, script)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
    })
  }
  const [code] = await once(child, 'close')
  assert.equal(code, 0, `${script}\n${output.stdout}\n${output.stderr}`)
  assert.match(output.stdout, new RegExp(`^${HELLO}$`, 'm'))
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  const keys = { accessKeyId, accessKeySecret, bucket: bucketOf(client), sldEnable: true }
  const { content } = await new OSS({ endpoint, region: `oss-${region}`, ...keys }).get(key)
  return content.toString()
}

/** The script of `bindery connect` for a client. */
export function printed(server, client) {
  const args = [COMMAND, 'connect', client, server.folder, '--bucket', bucketOf(client)]
  return execFileSync(process.execPath, args, { env: ENVIRONMENT, encoding: 'utf8' })
}

/** A shell that runs a script in an empty folder, as the leader of its own group. */
export function startShell(t, script) {
  const cwd = newFolder(t, 'bindery-connect-')
  const child = spawn('sh', ['-e'], { cwd, env: ENVIRONMENT, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  child.stdin.end(script)
  return child
}

function bucketOf(client) {
  return `hello-${client}`
}
