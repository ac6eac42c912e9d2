import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, OssError } from '@bindery/client'
import { operations } from '@bindery/protocol'
import { requireArguments } from '../arguments.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { mpuWordsIn } from '../messages/mpu.js'
import { type Address, addressText, parseAddress } from '../objects/address.js'
import { requestOf } from '../objects/call.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { ProgressLine } from '../progress-line.js'
import { explain } from './explain.js'
import type { MpuInvocation } from './invocation.js'
import { mapText } from './map.js'

/** Milliseconds between two maps of an upload. */
const MAP_INTERVAL_MS = 1_000

/**
 * `bindery mpu watch oss://BUCKET[/PREFIX]` prints the events of uploads; with `oss://BUCKET/KEY ID` it shows the map of one
 * until that ends. A signal ends both. Throws Failure.
 */
export async function watchUploads({ parsed, rest, env, language }: MpuInvocation): Promise<ExitCode> {
  const [given, uploadId] = rest
  const [text] = requireArguments(given === undefined ? [] : [given], 'mpu watch', ['oss://BUCKET[/PREFIX]'])
  const address = parseAddress(text)
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  const hasJson = parsed.flags.has('json')
  try {
    await withClient(parsed, env, async (client) => {
      if (uploadId === undefined) await printEvents(client, address, hasJson, stop.signal)
      else await showMap({ client, address, uploadId, hasJson, signal: stop.signal, words: mpuWordsIn(language) })
    }).catch((error) => {
      if (!stop.signal.aborted) throw error
    })
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  return EXIT.ok
}

interface WatchedMap {
  readonly client: Client
  readonly address: Address
  readonly uploadId: string
  readonly hasJson: boolean
  readonly signal: AbortSignal
  readonly words: ReturnType<typeof mpuWordsIn>
}

async function showMap({ client, address, uploadId, hasJson, signal, words }: WatchedMap): Promise<void> {
  const line = new ProgressLine(process.stdout)
  let last = ''
  while (!signal.aborted) {
    const explained = await explain(client, address, uploadId).catch((error) => {
      if (error instanceof OssError && error.code === 'NoSuchUpload') return undefined
      throw error
    })
    if (explained === undefined) {
      line.leave()
      await (hasJson ? writeJson({ t: 'ended', ...address, uploadId }) : write(words.ended(addressText(address))))
      return
    }
    const map = mapText(explained, uploadId, words)
    if (hasJson) await writeJson({ kind: 'map', ...address, uploadId, ...explained })
    else if (line.isShown) line.show(() => map.trimEnd())
    else if (map !== last) await write(map)
    last = map
    await sleep(MAP_INTERVAL_MS, undefined, { signal }).catch(() => {})
  }
  line.leave()
}

async function printEvents(
  client: Client,
  { bucket, key }: Address,
  hasJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const request = requestOf(operations.WatchUploads, { bucket, query: { prefix: key }, headers: {} })
  const { response } = await client.requester.send({ ...request, signal })
  for await (const { event, data } of eventsIn(response.body)) {
    const { bucket: _, key: name, uploadId, at, partNumber, size, held } = data
    if (hasJson) await writeJson({ t: event, ...data })
    else {
      const facts = [partNumber, size, (held as { parts?: number } | undefined)?.parts]
      const columns = [at, event.padEnd(9), uploadId, ...facts.map((fact) => String(fact ?? '').padStart(10))]
      await write(`${columns.join('  ')}  ${addressText({ bucket, key: String(name ?? '') })}\n`)
    }
    if (event === 'lagged') return
  }
}

interface ServerEvent {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The server-sent events of a body; comments are left out. */
export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let buffered = ''
  for await (const piece of body) {
    buffered += decoder.decode(piece, { stream: true })
    for (let end = buffered.indexOf('\n\n'); end !== -1; end = buffered.indexOf('\n\n')) {
      const fields = new Map(buffered.slice(0, end).split('\n').map(fieldOf))
      buffered = buffered.slice(end + 2)
      const event = fields.get('event')
      if (event !== undefined) yield { event, data: JSON.parse(fields.get('data') ?? '{}') }
    }
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const at = line.indexOf(':')
  return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).trimStart()]
}
