// What does the local blob store cost compared with a plain loop and with fio, and what does each of its techniques
// gain?
// Usage: node benchmarks/blobs.mjs [runs]
//
// Every run is a separate process. The methods of a case run in turn, so that load from elsewhere affects all of them:
// only ratios within one case are meaningful. Write cases are durable: a blob counts once its bytes and its name are
// synced.

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openLocalBlobStore } from '@bindery/storage-local'
import { systemFiles } from '../packages/storage-local/dist/blobs/files.js'
import { describeRun, machineLine, summary } from './support/report.mjs'

const RUN_MS = 1200
const WARM_UP_MS = 300
const MIB = 1024 * 1024
/** On the disk of the clone by default: a temporary folder may be in memory. */
const PARENT = process.env.BINDERY_BENCH_FOLDER ?? fileURLToPath(new URL('..', import.meta.url))
const writeOptions = { owner: Buffer.from('object/bucket/a/key/of/usual/length/0000000001') }
const bytes = new Uint8Array(MIB).map((_, index) => Math.imul(index, 0x9e3779b1) >>> 24)

/** Options that open a store without one technique. */
const WITHOUT = {
  'the store': {},
  'without the addon': {}, // disabled through the environment
  'without packs': { canPunch: async () => false },
  'without reserving space': { allocate: async () => {} },
  'without early write-back': { writeBack: async () => {} },
  'hashed and written one after the other': {
    async hashAndWrite(file, digest, piece, position) {
      const checksum = await digest.update(piece)
      await systemFiles.write(file, [piece], position)
      return checksum
    },
  },
}

const WRITES = [
  {
    size: 8 * MIB,
    atOnce: 8,
    fio: true,
    without: ['without the addon', 'without reserving space', 'hashed and written one after the other'],
  },
  { size: 64 * MIB, atOnce: 2, fio: true, without: ['without early write-back'] },
  { size: 100 * 1024, atOnce: 16, fio: true, without: ['without the addon', 'without packs'] },
  { size: 4096, atOnce: 64, fio: false, without: ['without the addon', 'without packs'] },
  { size: 1024, atOnce: 64, fio: false, without: [] },
]
const READS = [
  { size: 64 * MIB, atOnce: 4, without: ['without the addon'] },
  { size: 4096, atOnce: 16, without: [] },
]

function sourceOf(size) {
  let position = 0
  return {
    size,
    async ready() {},
    async read(buffer) {
      const end = Math.min(position + buffer.length, size)
      for (let at = 0; position + at < end; at += MIB) buffer.set(bytes.subarray(0, end - position - at), at)
      const length = end - position
      position = end
      return length
    },
  }
}

/** Repeats `work` with `atOnce` calls in flight. Returns calls per second, CPU per call and peak memory. */
async function repeat(atOnce, work) {
  const rounds = async (milliseconds) => {
    const begin = performance.now()
    let count = 0
    const one = async () => {
      while (performance.now() < begin + milliseconds) {
        await work()
        count += 1
      }
    }
    await Promise.all(Array.from({ length: atOnce }, one))
    return { count, seconds: (performance.now() - begin) / 1000 }
  }
  await rounds(WARM_UP_MS)
  const before = process.cpuUsage()
  const { count, seconds } = await rounds(RUN_MS)
  const { user, system } = process.cpuUsage(before)
  const { maxRSS } = process.resourceUsage()
  return { rate: count / seconds, cpuMs: (user + system) / 1000 / count, memoryMb: maxRSS / 1000 }
}

async function openStore(folder, method) {
  const files = { ...systemFiles, ...WITHOUT[method] }
  return openLocalBlobStore({ folder: path.join(folder, 'blobs'), incarnation: 'b1', files })
}

/** The simple approach: one file per blob, hashing on the JavaScript thread, fdatasync, and a sync of the folder. */
async function writePlainly(folder, name, size) {
  const file = await fs.promises.open(path.join(folder, name), 'wx')
  const md5 = createHash('md5')
  for (let position = 0; position < size; position += MIB) {
    const piece = bytes.subarray(0, size - position)
    md5.update(piece)
    await file.write(piece, 0, piece.length, position)
  }
  md5.digest()
  await file.datasync()
  await file.close()
  const names = await fs.promises.open(folder, 'r')
  await names.sync()
  await names.close()
}

async function readPlainly(file, size) {
  const read = promisify(fs.read)
  const buffers = [Buffer.alloc(Math.min(MIB, size)), Buffer.alloc(Math.min(MIB, size))]
  const fill = (position) => read(file, buffers[(position / MIB) % 2], 0, Math.min(MIB, size - position), position)
  for (let position = 0, ahead = fill(0); position < size; position += MIB) {
    const next = position + MIB < size ? fill(position + MIB) : undefined
    await ahead
    ahead = next
  }
}

async function drain(store, id) {
  for await (const piece of store.read(id)) piece.release()
}

const KINDS = {
  async write(folder, method, size, atOnce) {
    if (method === 'a plain loop') {
      let next = 0
      return repeat(atOnce, () => writePlainly(folder, String(next++), size))
    }
    const store = await openStore(folder, method)
    return repeat(atOnce, () => store.write(sourceOf(size), writeOptions))
  },
  async read(folder, method, size, atOnce) {
    if (method === 'a plain loop') {
      await writePlainly(folder, 'file', size)
      const file = fs.openSync(path.join(folder, 'file'))
      return repeat(atOnce, () => readPlainly(file, size))
    }
    const store = await openStore(folder, method)
    const { id } = await store.write(sourceOf(size), writeOptions)
    return repeat(atOnce, () => drain(store, id))
  },
}

/** The rate at which fio writes new files of a size, each synced when it is closed. */
function runFio(folder, size, atOnce) {
  const files = Math.max(2, Math.ceil((256 * MIB) / size / atOnce))
  const options = {
    directory: folder,
    name: 'files',
    rw: 'write',
    bs: Math.min(size, MIB),
    filesize: size,
    nrfiles: files,
    size: size * files,
    numjobs: atOnce,
    openfiles: 1,
    file_service_type: 'sequential',
    create_on_open: 1,
    fsync_on_close: 1,
    fallocate: 'none',
    group_reporting: 1,
    'output-format': 'json',
  }
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const { jobs } = JSON.parse(execFileSync('fio', args, { encoding: 'utf8', maxBuffer: 64 * MIB }))
  return { rate: (size * files * atOnce) / size / (Math.max(...jobs.map((job) => job.write.runtime)) / 1000) }
}

function withFolder(work) {
  const folder = fs.mkdtempSync(path.join(PARENT, '.bench-blobs-'))
  try {
    return work(folder)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

/** One run in a separate process, on an idle disk. */
function run(kind, method, size, atOnce) {
  spawnSync('sync')
  return withFolder((folder) => {
    if (method === 'fio') return runFio(folder, size, atOnce)
    const env = { ...process.env, ...(method === 'without the addon' ? { BINDERY_NATIVE: 'off' } : {}) }
    const args = [fileURLToPath(import.meta.url), '--run', kind, folder, method, String(size), String(atOnce)]
    return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))
  })
}

function compare(kind, { size, atOnce, fio, without }, runs) {
  const methods = ['the store', ...without, 'a plain loop', ...(fio && hasFio() ? ['fio'] : [])]
  const results = new Map(methods.map((method) => [method, []]))
  for (let round = 0; round < runs; round++) {
    for (const [method, each] of results) each.push(run(kind, method, size, atOnce))
  }
  const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1]
  const own = median(results.get('the store').map(({ rate }) => rate))
  console.log(`\n${kind} ${size < MIB ? `${size / 1024} KiB` : `${size / MIB} MiB`}, ${atOnce} at once\n`)
  console.log(
    '| method | per second | MB/s | store ÷ it | CPU ms each | memory MB |\n| --- | --- | --- | --- | --- | --- |',
  )
  for (const [method, each] of results) {
    const of = (name, factor = 1) => each.map((result) => result[name] && result[name] * factor)
    const ratio = (own / median(of('rate'))).toFixed(2)
    const rates = [summary(of('rate')), summary(of('rate', size / 1e6))]
    console.log(
      `| ${method} | ${rates.join(' | ')} | ${ratio} | ${summary(of('cpuMs'), 3)} | ${summary(of('memoryMb'))} |`,
    )
  }
}

const hasFio = () => spawnSync('fio', ['--version']).status === 0

if (process.argv[2] === '--run') {
  const [kind, folder, method, size, atOnce] = process.argv.slice(3)
  console.log(JSON.stringify(await KINDS[kind](folder, method, Number(size), Number(atOnce))))
  process.exit()
} else {
  const runs = Number(process.argv[2] ?? 5)
  console.log(machineLine(describeRun()))
  console.log(`node benchmarks/blobs.mjs ${runs}: median [least–most] of ${runs}`)
  for (const each of WRITES) compare('write', each, runs)
  for (const each of READS) compare('read', each, runs)
}
