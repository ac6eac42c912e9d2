import { existsSync } from 'node:fs'
import { type Facts, type Snippet, snippets } from '@bindery/console/connect'
import { presignV4, Query, type Signable } from '@bindery/protocol'
import { BUCKET_NAME } from '@bindery/server'
import { Failure, nearest, nodeDigests } from '@bindery/server/local'
import type { AdminServer } from '../admin/send.js'
import { readArguments } from '../arguments.js'
import { padColumns } from '../columns.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Language } from '../language.js'
import { connectWordsIn } from '../messages/connect.js'
import { write, writeJson } from '../objects/output.js'
import { ownName } from '../own-name.js'
import { givenEndpoint, requireValid, serverWithKey } from '../running-server.js'

const DEFAULT_BUCKET = 'demo'
const EXPIRES_SECONDS = 3_600

/** `bindery connect [CLIENT] [DIR]`: prints a program that uses the running server. Throws Failure. */
export async function connectCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, values, flags } = readArguments('connect', args, 2)
  const [client, folder] = positionals
  const all = snippets(clientLibrary())
  if (client === undefined) {
    if (!flags.has('json')) process.stdout.write(listOf(all, language, ownName(env)))
    else for (const [name, { title }] of all) await writeJson({ client: name, title })
    return EXIT.ok
  }
  const snippet = all.get(client)
  if (snippet === undefined) {
    throw new Failure('clientUnknown', { client, suggestion: nearest(client, [...all.keys()]) })
  }
  const bucket = values.get('bucket') ?? DEFAULT_BUCKET
  requireValid('--bucket', bucket, BUCKET_NAME)
  const server = await serverWithKey(folder, givenEndpoint(folder, values.get('endpoint'), env), env)
  const script = scriptOf(snippet, factsOf(snippet, server, bucket), language)
  await (flags.has('json') ? writeJson({ client, title: snippet.title, script }) : write(script))
  return EXIT.ok
}

function factsOf(snippet: Snippet, { endpoint, region, credentials }: AdminServer, bucket: string): Facts {
  const { accessKeyId, accessKeySecret } = credentials
  const presign = (method: 'GET' | 'PUT') => {
    const unsigned: Signable = { method, bucket, key: 'hello.txt', query: new Query([]), headers: {} }
    const terms = { time: Date.now(), region, digests: nodeDigests(), expiresSeconds: EXPIRES_SECONDS }
    const parameters = presignV4(unsigned, credentials, terms).query.parameters
    const query = parameters.map(({ name, value }) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')
    return `${endpoint}/${bucket}/hello.txt?${query}`
  }
  return { endpoint, region, bucket, accessKeyId, secret: snippet.quote(accessKeySecret), presign }
}

function scriptOf(snippet: Snippet, facts: Facts, language: Language): string {
  const words = connectWordsIn(language)
  const comments = [
    snippet.title,
    words.paste(snippet.needs),
    snippet.needsBucket ? words.needsBucket(facts.bucket) : '',
    snippet.untested === undefined ? '' : words.untested[snippet.untested],
  ]
  const lines = comments.filter((line) => line !== '').map((line) => `# ${line}\n`)
  return `${lines.join('')}${snippet.script(facts)}`
}

function listOf(all: ReadonlyMap<string, Snippet>, language: Language, command: string): string {
  const words = connectWordsIn(language)
  const width = Math.max(...[...all.keys()].map((name) => name.length)) + 2
  const lines = [...all].map(([name, { title, untested }]) => {
    const note = untested === undefined ? '' : ` ${words.notRun}`
    return `  ${padColumns(name, width)}${title}${note}\n`
  })
  return `${words.clients}\n\n${lines.join('')}\n${words.usage(command)}\n`
}

/** The client library, seen from the bundle in a package, from that in a clone, or from the modules. */
function clientLibrary(): string {
  const places = [
    '../client/dist/node/index.js',
    '../../client/dist/node/index.js',
    '../../../client/dist/node/index.js',
  ]
  const urls = places.map((place) => new URL(place, import.meta.url))
  return (urls.find((url) => existsSync(url)) ?? urls[0])?.href ?? '@bindery/client'
}
