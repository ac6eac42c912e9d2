// Shared by the conformance tests: a server to run against, and programs in other languages whose lines become tests.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'
import { startApplication } from './application.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Cache of the other languages' packages and builds: inside the clone, ignored by git. */
export const CACHE = path.join(root, '.cache', 'conformance')

/** The modes of the server under test: with and without --strict-oss. STRICT_OSS states the mode of the server at ENDPOINT. */
export const MODES =
  process.env.ENDPOINT === undefined
    ? [
        { name: 'default', strict: false },
        { name: 'strict', strict: true },
      ]
    : [{ name: 'named', strict: process.env.STRICT_OSS === 'true' }]

/**
 * The server under test: the one at ENDPOINT with ACCESS_KEY_ID, ACCESS_KEY_SECRET and REGION, otherwise a new one on a
 * temporary folder, with `args` as further flags. Its callbacks may go to `applicationUrl`. `stop` stops everything that was started.
 */
export async function openTarget({ strict }, args = []) {
  const server = process.env.ENDPOINT === undefined ? await startOwn(strict, args) : named(process.env)
  const application = await startApplication(server.endpoint)
  const stop = async () => {
    await application.stop()
    await server.stop()
  }
  return { ...server, strict, applicationUrl: application.url, stop }
}

async function startOwn(strict, args) {
  const { endpoint, accessKeyId, accessKeySecret, region, stop } = await startServer({
    args: strict ? ['--strict-oss', ...args] : args,
  })
  return { endpoint, accessKeyId, accessKeySecret, region, stop }
}

function named({ ENDPOINT, ACCESS_KEY_ID = '', ACCESS_KEY_SECRET = '', REGION = 'cn-hangzhou' }) {
  const credentials = { accessKeyId: ACCESS_KEY_ID, accessKeySecret: ACCESS_KEY_SECRET }
  return { endpoint: ENDPOINT, ...credentials, region: REGION, stop: async () => {} }
}

/** The prefix of the names of the buckets that a run creates. */
export function bucketPrefix() {
  return process.env.BUCKET_PREFIX ?? 'conformance'
}

/**
 * Declares the conformance of one language: installs what its program needs, runs it against a server of each mode, and
 * makes a test of each line `ok FACT` or `not ok FACT: REASON`. A missing toolchain fails.
 * @param {string} language  the folder below test/conformance
 * @param {object} program
 * @param {{ command: string[], env?: NodeJS.ProcessEnv }[]} program.install  run in the language's folder, in order
 * @param {string[]} program.command
 * @param {typeof MODES} [program.modes]
 * @param {string[]} [program.args]  further flags of the server
 * @param {NodeJS.ProcessEnv} [program.env]  further variables of the program
 */
export function testConformance(language, { install, command, modes = MODES, args = [], env = {} }) {
  test(`the official SDKs for ${language} work unmodified`, async (t) => {
    await t.test(`${language}: the SDKs install from their registries`, () => installSdks(language, install))
    for (const mode of modes) {
      await t.test(mode.name, async (t) => {
        const target = await openTarget(mode, args)
        atEnd(t, target.stop)
        await runChecks(t, language, command, { ...environmentOf(target), ...env })
      })
    }
  })
}

const folderOf = (language) => path.join(root, 'test', 'conformance', language)

/** Installs what the programs of a language need, into the cache. */
export async function installSdks(language, install) {
  mkdirSync(CACHE, { recursive: true })
  for (const step of install) {
    await complete(step.command, { cwd: folderOf(language), env: { ...process.env, ...step.env } })
  }
}

function environmentOf({ endpoint, accessKeyId, accessKeySecret, region, strict, applicationUrl }) {
  return {
    STRICT_OSS: String(strict),
    APPLICATION_URL: applicationUrl,
    ENDPOINT: endpoint,
    ACCESS_KEY_ID: accessKeyId,
    ACCESS_KEY_SECRET: accessKeySecret,
    REGION: region,
    BUCKET_PREFIX: bucketPrefix(),
  }
}

/** Runs a program in the folder of its language, and makes a test of each of its lines. */
export async function runChecks(t, language, [program, ...args], variables) {
  const env = { ...process.env, ...variables }
  const child = spawn(program, args, { cwd: folderOf(language), env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const errors = collect(child.stderr)
  const checks = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [, failed, fact] = line.match(/^(not )?ok (.+)$/) ?? []
    if (fact !== undefined) checks.push(t.test(fact, () => assert.equal(failed, undefined, fact)))
  }
  const [code] = await closed
  await Promise.all(checks)
  await t.test('the program completed', async () => {
    assert.ok(checks.length > 0, `no check ran\n${await errors}`)
    assert.equal(code, 0, await errors)
  })
}

/** Runs a command that must succeed; its output is the reason if it fails. */
async function complete([program, ...args], options) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = Promise.all([collect(child.stdout), collect(child.stderr)])
  const [code] = await Promise.race([
    once(child, 'close'),
    once(child, 'error').then(([error]) => Promise.reject(error)),
  ])
  assert.equal(code, 0, `${program} ${args.join(' ')}\n${(await output).join('\n')}`)
}

async function collect(stream) {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text
}
