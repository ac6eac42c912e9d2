/** A client of a service in this process. */
import { ROOT, type StartedService, startService } from '@bindery/service/testing'
import { Client } from '../client.js'
import { crc64 } from '../crc64.js'
import { memoryStore } from '../transfer/checkpoint.js'
import type { ClientOptions } from '../types/client.js'
import type { UploadTask } from '../types/upload.js'
import { type Seen, serviceTransport } from './service-transport.js'

export const BUCKET = 'client-bucket'
export const KIB = 1024
export const MIB = 1024 * KIB

/** Waits of retries are short, so that tests of many of them are. */
const QUICK = { baseDelayMs: 1, maxDelayMs: 2 }

export interface TestClient {
  readonly client: Client
  readonly started: StartedService
  readonly seen: readonly Seen[]
}

export async function startClient(
  faultOf?: Parameters<typeof serviceTransport>[1],
  options: Partial<ClientOptions> = {},
  started?: StartedService,
): Promise<TestClient> {
  const service = started ?? (await startService())
  await service.service.ensureBucket(BUCKET, ROOT.account.id)
  const transport = serviceTransport(service, faultOf)
  const platform = {
    transport: () => transport,
    checkpoints: memoryStore,
    openSource: () => undefined,
    crc64,
    parallelMax: 16,
    bufferBytes: 4 * MIB,
  }
  const given: ClientOptions = {
    endpoint: 'http://127.0.0.1:9000',
    bucket: BUCKET,
    auth: { credentials: { accessKeyId: ROOT.accessKeyId, accessKeySecret: ROOT.accessKeySecret } },
    clockSkew: service.now() - Date.now(),
    retry: QUICK,
    ...options,
  }
  return { client: new Client(given, platform), started: service, seen: transport.seen }
}

/** Bytes that differ from place to place. */
export function content(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = seed
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    bytes[index] = state >>> 24
  }
  return bytes
}

/** The error that a call rejects with; throws if it resolves. */
export async function rejection<T extends Error>(promise: Promise<unknown>): Promise<T> {
  try {
    await promise
  } catch (error) {
    return error as T
  }
  throw new Error('nothing was rejected')
}

/** Everything that an iteration yields. */
export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Resolves when this many parts of an upload are stored, and lets it stand still: it does not end before the test goes on. */
export function untilParts(task: UploadTask, count: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = task.on('progress', ({ parts }) => {
      if (parts.done < count) return
      stop()
      task.setBandwidth(1)
      resolve()
    })
  })
}
