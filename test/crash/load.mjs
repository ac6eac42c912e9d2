// The clients of a server that will be killed: `node load.mjs` with its settings as JSON in the environment. Each actor
// has its own keys and acts at random. Every request is written to the ledger before it is sent, and again when it is
// answered. Ends on SIGTERM or when the server is gone.

import { readFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../packages/storage/dist/index.js'
import { rawClient, sdkClient } from './clients.mjs'
import { bytesOf, rangeOf, sizeOf } from './contents.mjs'
import { Keeper } from './versions.mjs'

const KEYS_PER_ACTOR = 5
const LOGS_PER_ACTOR = 2
/** Appends after which a log is deleted. */
const APPENDS_MAX = 40
const PART_NUMBERS = [1, 2, 3, 4, 5, 6]
const PART_SIZE_MIN = 102_400

const { servers, seed, actors, worldFile, ledger } = JSON.parse(process.env.CRASH_LOAD)
/** The server of a client. */
const serverOf = (index) => servers[index % servers.length]
const world = JSON.parse(readFileSync(worldFile, 'utf8'))
const random = createRandom(seed)
const pick = (list) => list[random.below(list.length)]

let isStopping = false
let failures = 0
process.on('SIGTERM', () => {
  isStopping = true
})

let lastNumber = 0

/**
 * Sends a request and records the result. Resolves with the fields of the answer, or undefined if the outcome is
 * unknown. A refusal is a fault: every request here is valid.
 */
async function perform(request, send) {
  lastNumber += 1
  const n = lastNumber
  note({ n, request })
  try {
    const answer = (await send()) ?? {}
    note({ n, answer })
    return answer
  } catch (error) {
    if (error.status >= 400 && error.status < 500) {
      process.stderr.write(`refused: ${JSON.stringify(request)}: ${error.stack}\n`)
      process.exit(1)
    }
    failures += 1
    return undefined
  }
}

function note(line) {
  writeSync(ledger, `${JSON.stringify(line)}\n`)
}

class Actor {
  constructor(index) {
    this.client = (index % 2 === 0 ? rawClient : sdkClient)(serverOf(index >> 1))
    this.keys = Array.from({ length: KEYS_PER_ACTOR }, (_, key) => `${index}/${key}`)
    this.uploads = Object.entries(world.uploads)
      .filter(([, upload]) => upload.isOpen && this.keys.includes(upload.key))
      .map(([uploadId, { key, parts }]) => ({ uploadId, key, parts: partsOf(parts) }))
    this.logs = Array.from({ length: LOGS_PER_ACTOR }, (_, log) => `${index}/log ${log}`)
    this.contents = new Map([...this.keys, ...this.logs].map((key) => [key, world.keys[key]?.[0] ?? null]))
  }

  async run() {
    while (!isStopping && this.keys.length > 0) {
      const before = failures
      const { put, append, remove, copy, upload, get } = this
      await pick([put, put, put, append, append, append, remove, copy, upload, upload, get]).call(this)
      if (failures > before) await sleep(20)
    }
  }

  /**
   * After a request with an unknown outcome its key is not used again, so that there are at most two possible
   * states.
   */
  drop(key) {
    this.keys = this.keys.filter((other) => other !== key)
    this.logs = this.logs.filter((other) => other !== key)
    this.uploads = this.uploads.filter((upload) => upload.key !== key)
  }

  async put() {
    const key = pick(this.keys)
    await this.change('put', key, newContent(), (bytes) => this.client.put(key, bytes))
  }

  async remove() {
    const key = pick(this.keys)
    await this.change('remove', key, null, () => this.client.remove(key))
  }

  async append() {
    if (this.logs.length === 0) return
    const key = pick(this.logs)
    const before = this.contents.get(key) ?? []
    if (before.length === APPENDS_MAX) return this.change('remove', key, null, () => this.client.remove(key))
    const added = [[random.below(2 ** 31), 0, pick([1, 100, 4_096, 5_000, 150_000, 1_500_000])]]
    const send = () => this.client.append(key, sizeOf(before), bytesOf(added))
    await this.change('append', key, [...before, ...added], send)
  }

  async copy() {
    const [key, source] = [pick(this.keys), pick([...this.keys, ...this.logs])]
    const content = this.contents.get(source)
    if (content === null || key === source) return
    await this.change('copy', key, content, () => this.client.copy(key, source))
  }

  async change(op, key, content, send) {
    const bytes = op === 'put' ? bytesOf(content) : undefined
    const answer = await perform({ op, key, content }, async () => void (await send(bytes)))
    if (answer === undefined) this.drop(key)
    else this.contents.set(key, content)
  }

  async get() {
    const key = pick([...this.keys, ...this.logs])
    const content = this.contents.get(key)
    if (content === null) return
    const found = await this.client.get(key).catch((error) => {
      if (error.status >= 400 && error.status < 500) throw error
    })
    if (found !== undefined && !found.equals(bytesOf(content))) throw new Error(`${key} has unexpected bytes`)
  }

  async upload() {
    const upload = random.below(3) === 0 ? await this.initiate() : pick(this.uploads)
    if (upload === undefined) return
    const rounds = 1 + random.below(2)
    for (let round = 0; round < rounds; round += 1) {
      const numbers = PART_NUMBERS.filter(() => random.below(2) === 0)
      const sent = await Promise.all(numbers.map((number) => this.part(upload, number)))
      if (sent.includes(false)) return this.drop(upload.key)
    }
    const choice = random.below(10)
    if (choice < 5 && upload.parts.size > 0) await this.complete(upload)
    else if (choice === 5) await this.abort(upload)
  }

  async initiate() {
    const key = pick(this.keys)
    const answer = await perform({ op: 'initiate', key }, async () => ({ uploadId: await this.client.initiate(key) }))
    if (answer === undefined) {
      this.drop(key)
      return undefined
    }
    const upload = { uploadId: answer.uploadId, key, parts: new Map() }
    this.uploads.push(upload)
    return upload
  }

  async part({ uploadId, key, parts }, number) {
    const source = pick(this.keys)
    const whole = this.contents.get(source) ?? []
    const isCopy = random.below(3) === 0 && sizeOf(whole) > PART_SIZE_MIN
    const start = isCopy ? random.below(sizeOf(whole) - PART_SIZE_MIN) : 0
    const content = isCopy ? rangeOf(whole, start, sizeOf(whole)) : newContent(PART_SIZE_MIN)
    const end = start + sizeOf(content)
    const answer = await perform({ op: isCopy ? 'copyPart' : 'part', uploadId, number, content }, async () => ({
      etag: isCopy
        ? await this.client.copyPart(key, uploadId, number, source, start, end)
        : await this.client.part(key, uploadId, number, bytesOf(content)),
    }))
    if (answer === undefined) return false
    parts.set(number, { number, etag: answer.etag, content })
    return true
  }

  async complete(upload) {
    const { uploadId, key } = upload
    const parts = [...upload.parts.values()].sort((a, b) => a.number - b.number)
    const content = parts.flatMap((part) => part.content)
    this.uploads = this.uploads.filter((other) => other !== upload)
    const answer = await perform({ op: 'complete', uploadId, key, content }, async () => {
      await this.client.complete(key, uploadId, parts)
    })
    if (answer === undefined) this.drop(key)
    else this.contents.set(key, content)
  }

  async abort(upload) {
    const { uploadId, key } = upload
    this.uploads = this.uploads.filter((other) => other !== upload)
    const answer = await perform({ op: 'abort', uploadId }, async () => void (await this.client.abort(key, uploadId)))
    if (answer === undefined) this.drop(key)
  }
}

function partsOf(parts) {
  const known = Object.entries(parts).filter(([, { may }]) => may[0] !== null)
  return new Map(
    known.map(([number, { may, etags }]) => [
      Number(number),
      { number: Number(number), etag: etags[0], content: may[0] },
    ]),
  )
}

/** New content: sometimes empty or tiny, mostly some hundred kilobytes, sometimes more than one chunk. */
function newContent(sizeMin = 0) {
  const size = pick([sizeMin, sizeMin + 1, 5_000, 150_000, 400_000, 1_048_576, 1_500_000])
  return [[random.below(2 ** 31), 0, Math.max(sizeMin, size)]]
}

process.stdout.write('ready\n')
const KEEPERS = 2
const keeping = { world, perform, newContent, random, pick }
await Promise.all([
  ...Array.from({ length: actors }, (_, index) => new Actor(index).run()),
  ...Array.from({ length: KEEPERS }, (_, index) =>
    new Keeper(index, { server: serverOf(index), ...keeping }).run(() => isStopping),
  ),
])
process.exit(0)
