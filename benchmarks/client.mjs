// What do clients cost: CPU, time and memory of uploads and downloads, by this client library and by others?
//
// node benchmarks/client.mjs install     installs the others into .cache/clients; needs a Go toolchain
// npm run bench -- client [--runs N] [--only a,b] [--large MIB] [--small FILES]
//   --only     these clients alone
//   --large    MiB of the large file, default 1024
//   --small    files of 100 KiB, default 2000

import { spawn } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClient } from '@bindery/client'
import { readArguments } from '../tools/read-arguments.mjs'
import { CLIENTS, installClients, isInstalled } from './clients/clients.mjs'
import { describeRun, machineLine, summary } from './support/report.mjs'
import { KIB, MIB } from './support/sizes.mjs'
import { startBindery } from './support/targets.mjs'

const BUCKET = 'clients'
const SMALL_BYTES = 100 * KIB

/** Writes a file of random bytes. */
function writeRandom(file, bytes) {
  const block = Buffer.allocUnsafe(Math.min(bytes, 8 * MIB))
  const descriptor = openSync(file, 'w')
  for (let written = 0; written < bytes; written += block.length) {
    writeSync(descriptor, randomFillSync(block), 0, Math.min(block.length, bytes - written))
  }
  closeSync(descriptor)
}

/** The number of files in a folder, and their bytes. */
function contentOf(folder) {
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(path.join(entry.parentPath, entry.name)).size)
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Runs a command: its seconds, those of CPU, and the most memory that it had. */
async function measure([program, ...args], env, folder) {
  const times = path.join(folder, 'times')
  const startedAt = performance.now()
  const child = spawn('/usr/bin/time', ['--output', times, '--format', '%U %S %M', program, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-2_000)
  })
  const [status] = await once(child, 'close')
  const seconds = (performance.now() - startedAt) / 1000
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${errors}`)
  const [user, system, kilobytes] = readFileSync(times, 'utf8').trim().split('\n').at(-1).split(' ').map(Number)
  return { seconds, cpuSeconds: user + system, memoryBytes: kilobytes * 1024 }
}

/** The objects below a prefix must be the files. */
async function checkStored(client, prefix, { files, bytes }) {
  let [count, sum] = [0, 0]
  for await (const entry of client.list({ prefix })) [count, sum] = [count + 1, sum + (entry.size ?? 0)]
  if (count !== files || sum !== bytes) throw new Error(`${prefix}: ${count} objects of ${sum} bytes are stored`)
}

async function measureClient(name, world) {
  const { folder, target, client, sources } = world
  const rows = []
  for (const [kind, source] of Object.entries(sources)) {
    const expected = contentOf(source)
    const prefix = `${name}/${kind.replace(' ', '-')}/`
    const down = path.join(folder, 'down')
    const place = { bucket: BUCKET, prefix, kind }
    const { env = {}, upload, download } = CLIENTS[name].commands({ ...target, ...place })
    const sent = await measure(upload(source), env, folder)
    await checkStored(client, prefix, expected)
    mkdirSync(down)
    const received = await measure(download(down), env, folder)
    const { files, bytes } = contentOf(down)
    if (files !== expected.files || bytes !== expected.bytes)
      throw new Error(`${name} left ${files} files of ${bytes} bytes`)
    rmSync(down, { recursive: true })
    const keys = []
    for await (const { key } of client.list({ prefix })) keys.push(key)
    await client.delete(keys)
    rows.push([`upload ${kind}`, { ...sent, bytes }], [`download ${kind}`, { ...received, bytes }])
  }
  return rows
}

const HEAD = ['workload', 'client', 'MB/s', 'CPU s/GB', 'memory MB']

function printTable(results) {
  const rows = [...results].map(([name, runs]) => [
    ...name.split('\t'),
    summary(runs.map(({ bytes, seconds }) => bytes / seconds / 1e6)),
    summary(
      runs.map(({ bytes, cpuSeconds }) => cpuSeconds / (bytes / 1e9)),
      2,
    ),
    summary(runs.map(({ memoryBytes }) => memoryBytes / 1e6)),
  ])
  const order = (row) => `${row[0].split(' ').reverse().join(' ')}`
  rows.sort((one, other) => order(one).localeCompare(order(other)))
  console.log([HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'))
}

async function main({ runs, only, large, small }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-clients-'))
  const target = await startBindery()
  const { endpoint, accessKeyId, accessKeySecret } = target
  const auth = { credentials: { accessKeyId, accessKeySecret } }
  const client = createClient({ endpoint, bucket: BUCKET, auth, checkpoints: false })
  try {
    await client.createBucket(BUCKET)
    const sources = { [`${large} MiB`]: path.join(folder, 'large'), [`${small} files`]: path.join(folder, 'small') }
    for (const source of Object.values(sources)) mkdirSync(source)
    writeRandom(path.join(folder, 'large', 'file.bin'), large * MIB)
    for (let file = 0; file < small; file += 1) {
      writeRandom(path.join(folder, 'small', `${String(file).padStart(5, '0')}.bin`), SMALL_BYTES)
    }
    const results = new Map()
    for (let run = 0; run < runs; run += 1) {
      for (const name of only) {
        for (const [workload, row] of await measureClient(name, { folder, target, client, sources })) {
          const key = `${workload}\t${name}`
          results.set(key, [...(results.get(key) ?? []), row])
        }
      }
    }
    printTable(results)
  } finally {
    client.close()
    await target.stop()
    rmSync(folder, { recursive: true })
  }
}

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    large: { type: 'string', default: '1024' },
    small: { type: 'string', default: '2000' },
  },
})
if (positionals[0] === 'install') installClients()
else {
  const only = values.only?.split(',') ?? Object.keys(CLIENTS).filter(isInstalled)
  console.log(`${machineLine(describeRun())}\n`)
  for (const name of only) console.log(`- ${name}: ${CLIENTS[name].settings}`)
  console.log()
  await main({ only, runs: Number(values.runs), large: Number(values.large), small: Number(values.small) })
}
