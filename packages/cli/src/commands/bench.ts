import { randomBytes, randomUUID } from 'node:crypto'
import type { Client } from '@bindery/client'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { sizeText } from '../messages/maintenance-words.js'
import { type Address, parseAddress } from '../objects/address.js'
import { bytesOf, numberOf, PART_SIZES } from '../objects/arguments.js'
import { hushed, note, write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

const MIB = 1024 * 1024
const DEFAULT_SIZE = 64 * MIB
const DEFAULT_OBJECTS = 100
const SMALL_BYTES = 4_096
const DEFAULT_JOBS = 8

/** A measurement: how often, how many bytes, how long. */
interface Measured {
  readonly phase: string
  readonly requests: number
  readonly bytes: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** `bindery bench oss://BUCKET[/PREFIX]`: measures uploads and downloads with objects that it deletes again. Throws Failure. */
export async function benchCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('bench', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'bench', ['oss://BUCKET[/PREFIX]'])
  const { bucket, key } = parseAddress(given)
  const size = bytesOf('--size', values.get('size')) ?? DEFAULT_SIZE
  const objects = numberOf('--objects', values.get('objects'), 1, 100_000) ?? DEFAULT_OBJECTS
  const jobs = numberOf('--jobs', values.get('jobs'), 1, 64) ?? DEFAULT_JOBS
  const partSize = bytesOf('--part-size', values.get('part-size'), PART_SIZES)
  const target = { bucket, key: `${key}bindery-bench-${randomUUID()}/` }
  await withClient(parsed, env, async (client) => {
    const stop = new AbortController()
    const onSignal = () => stop.abort()
    process.on('SIGINT', onSignal)
    try {
      const load = {
        client,
        target,
        size,
        objects,
        jobs,
        signal: stop.signal,
        ...(partSize === undefined ? {} : { partSize }),
      }
      for await (const measured of measure(load)) {
        await (flags.has('json') ? writeJson(measured) : write(lineOf(measured)))
      }
    } finally {
      process.off('SIGINT', onSignal)
      const deleted = await deleteBelow(client, target)
      if (!flags.has('json') && !hushed()) note(`${deleted} × DELETE`)
    }
  })
  return EXIT.ok
}

interface Load {
  readonly client: Client
  readonly target: Address
  /** Bytes of the one large object. */
  readonly size: number
  /** Small objects. */
  readonly objects: number
  readonly jobs: number
  readonly partSize?: number
  readonly signal: AbortSignal
}

async function* measure(load: Load): AsyncGenerator<Measured> {
  const { client, target, objects, signal } = load
  const { bucket } = target
  const small = randomBytes(SMALL_BYTES)
  const keyOf = (index: number) => `${target.key}small/${index}`
  yield await many('put 4 KiB', load, SMALL_BYTES, (index) => client.put(keyOf(index), small, { bucket }))
  yield await many('get 4 KiB', load, SMALL_BYTES, (index) => client.get(keyOf(index), { bucket }))
  yield await many('head', load, 0, (index) => client.head(keyOf(index), { bucket }))
  const listed = performance.now()
  let entries = 0
  for await (const _ of client.list({ bucket, prefix: `${target.key}small/` })) entries += 1
  yield {
    phase: 'list',
    requests: Math.ceil(entries / 1_000),
    bytes: 0,
    ...timesOf([performance.now() - listed], listed),
  }
  if (!signal.aborted && objects > 0) yield* large(load)
}

async function* large({ client, target, size, partSize, signal }: Load): AsyncGenerator<Measured> {
  const { bucket } = target
  const key = `${target.key}large`
  const piece = randomBytes(Math.min(size, MIB))
  const source = {
    size,
    read: (start: number, end: number) => repeated(piece, start, end),
    fingerprint: async () => randomUUID(),
  }
  const begun = performance.now()
  const task = client.upload(source, {
    bucket,
    key,
    checkpoints: false,
    signal,
    ...(partSize === undefined ? {} : { partSize }),
  })
  const { parts } = await task.result
  yield { phase: `put ${sizeText(size)}`, requests: parts, bytes: size, ...timesOf([performance.now() - begun], begun) }
  const read = performance.now()
  let bytes = 0
  for await (const some of client.stream({ bucket, key, signal })) bytes += some.length
  yield { phase: `get ${sizeText(size)}`, requests: 1, bytes, ...timesOf([performance.now() - read], read) }
}

/** Bytes `[start, end)` of a piece that is repeated without an end. */
function repeated(piece: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start)
  for (let at = 0; at < bytes.length; ) {
    const from = (start + at) % piece.length
    const some = piece.subarray(from, Math.min(piece.length, from + bytes.length - at))
    bytes.set(some, at)
    at += some.length
  }
  return bytes
}

async function many(
  phase: string,
  { objects, jobs, signal }: Load,
  bytesEach: number,
  act: (index: number) => Promise<unknown>,
): Promise<Measured> {
  const times: number[] = []
  const begun = performance.now()
  let next = 0
  const lane = async () => {
    for (let index = next++; index < objects && !signal.aborted; index = next++) {
      const from = performance.now()
      await act(index)
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: jobs }, lane))
  return { phase, requests: times.length, bytes: times.length * bytesEach, ...timesOf(times, begun) }
}

function timesOf(times: readonly number[], begun: number): Pick<Measured, 'seconds' | 'p50' | 'p99'> {
  const sorted = [...times].sort((one, other) => one - other)
  const at = (share: number) => Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 100) / 100
  return { seconds: Math.round(performance.now() - begun) / 1_000, p50: at(0.5), p99: at(0.99) }
}

async function deleteBelow(client: Client, { bucket, key: prefix }: Address): Promise<number> {
  const keys: string[] = []
  for await (const entry of client.list({ bucket, prefix })) if (entry.kind === 'object') keys.push(entry.key)
  return (await client.delete(keys, { bucket })).deleted.length
}

function lineOf({ phase, requests, bytes, seconds, p50, p99 }: Measured): string {
  const each = `${(requests / Math.max(0.001, seconds)).toFixed(1)}/s`
  const speed = bytes === 0 ? '' : `${sizeText(Math.round(bytes / Math.max(0.001, seconds)))}/s`
  const columns = [phase.padEnd(14), String(requests).padStart(7), each.padStart(10), speed.padStart(14)]
  return `${columns.join('  ')}  p50 ${p50} ms  p99 ${p99} ms\n`
}
