import { setMaxListeners } from 'node:events'
import { resolve } from 'node:path'
import { type Client, type CredentialsProvider, createClient, OssError } from '@bindery/client'
import { Failure, findServer, requireRootKey } from '@bindery/server/local'
import { adminServer } from '../admin/send.js'
import { type Arguments, defaultFolder } from '../arguments.js'
import type { Environment } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { SERVER_FLAGS } from '../flags.js'
import { languageOf } from '../language.js'
import { objectWordsIn } from '../messages/objects.js'
import { noAnswer } from '../no-answer.js'
import {
  CREDENTIAL_PROCESS,
  DEFAULT_PROFILE,
  findProfile,
  printedKey,
  requireProfile,
  variablesOf,
} from '../profiles/profiles.js'
import { serverWithKey } from '../running-server.js'
import { type Address, isAddress, profileIn } from './address.js'
import { oneOf } from './arguments.js'
import { logOf, retryOf, transportOf } from './connection.js'
import { formatJson, hush, note, selectJson, useForm, useUtc } from './output.js'
import { isFileSystemError } from './system-error.js'

const ADDRESSING = ['auto', 'path', 'virtual', 'cname'] as const
const DIALECTS = ['oss', 's3'] as const

/** The flags that name the server, as every command on objects has them. */
export type ServerArguments = Pick<Arguments<(typeof SERVER_FLAGS)[number]>, 'flags' | 'values' | 'positionals'>

/** Attempts of a request until the first answer: a server that does not run is reported soon. */
const FIRST_ATTEMPTS = 3

/** The client of the server that an address is on. */
export type ClientOf = (address: Pick<Address, 'profile'>) => Client

/**
 * Runs `use` with a client of the server that flags, the environment, a data folder or a profile in an argument name, and closes
 * it. Throws Failure: what the server refused, and what failed on this machine.
 */
export function withClient<T>(
  parsed: ServerArguments,
  env: Environment,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const profile = parsed.positionals.map(profileIn).find((one) => one !== undefined)
  return withClients(parsed, env, (clientOf) => use(clientOf({ ...(profile === undefined ? {} : { profile }) })))
}

/** Like `withClient`, with one client for each server that the arguments name. */
export async function withClients<T>(
  parsed: ServerArguments,
  env: Environment,
  use: (clientOf: ClientOf) => Promise<T>,
): Promise<T> {
  // each part that runs listens to the signal of its transfer
  setMaxListeners(0)
  if (parsed.flags.has('quiet')) hush()
  if (parsed.flags.has('utc')) useUtc()
  for (const form of ['yaml', 'xml'] as const) if (parsed.flags.has(form)) useForm(form)
  if (parsed.values.has('access-key-secret')) note(objectWordsIn(languageOf(env)).secretSeen)
  const query = parsed.values.get('output-query')
  if (query !== undefined) await selectJson(query)
  const template = parsed.values.get('format')
  if (template !== undefined) formatJson(template)
  const names = new Set(parsed.positionals.filter((one) => isAddress(one)).map(profileIn))
  if (names.size === 0) names.add(undefined)
  const clients = new Map<string | undefined, Client>()
  process.on('SIGINT', endAtSignal)
  process.on('SIGTERM', endAtSignal)
  try {
    for (const name of names) clients.set(name, await connect(parsed, env, name))
    return await use(({ profile }) => clients.get(profile) ?? required([...clients.values()][0]))
  } catch (error) {
    throw failureOf(error, [...clients.values()][0]?.requester.address.endpoint ?? '')
  } finally {
    process.off('SIGINT', endAtSignal)
    process.off('SIGTERM', endAtSignal)
    for (const client of clients.values()) client.close()
  }
}

function required(client: Client | undefined): Client {
  if (client === undefined) throw new Error('there is a client for each server')
  return client
}

/** A client of the server that a profile, or else flags and the environment name. Throws Failure. */
async function connect(parsed: ServerArguments, env: Environment, profile: string | undefined): Promise<Client> {
  const { values, flags } = parsed
  const retry = retryOf(parsed)
  const log = logOf(parsed)
  const variables = flags.has('ignore-env-var') ? withoutServer(env) : env
  const server = await serverOf(values, withConfigFile(variables, values.get('config-file')), profile)
  const addressing = oneOf('--addressing-style', values.get('addressing-style') ?? server.addressing, ADDRESSING)
  const signature = oneOf('--sign-version', values.get('sign-version') ?? server.signature, ['v4', 'v1'])
  const dialect = oneOf('--dialect', values.get('dialect') ?? server.dialect, DIALECTS)
  let hasAnswered = false
  return createClient({
    endpoint: server.endpoint,
    auth: { credentials: server.process === undefined ? credentialsOf(server) : renewed(server.process) },
    retry: {
      isRetryable: ({ retryable }, { attempt }) => retryable && (hasAnswered || attempt < FIRST_ATTEMPTS),
      ...retry,
    },
    transport: transportOf(parsed, server.proxy),
    ...(server.region === undefined ? {} : { region: server.region }),
    ...(addressing === undefined ? {} : { addressing }),
    ...(signature === undefined ? {} : { signature }),
    ...(dialect === undefined ? {} : { dialect }),
    onRequest: (trace) => {
      if (trace.status > 0) hasAnswered = true
      log(trace)
    },
  })
}

/** Variables without those that name a server, a key or a profile. */
function withoutServer(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SERVER_VARIABLE.test(name)))
}

const SERVER_VARIABLE = /^(?:OSS_|BINDERY_(?:ACCESS_KEY|REGION|PROFILE)|OSSUTIL_PROFILE$|MC_HOST_)/

/** The file of `--config-file` is the only one with profiles, besides those of AWS. */
function withConfigFile(env: Environment, file: string | undefined): Environment {
  return file === undefined ? env : { ...env, BINDERY_CONFIG: file, OSSUTIL_CONFIG_FILE: file }
}

/** Ends the process with the code of signals, unless something else waits for them, such as a transfer. */
function endAtSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(EXIT.interrupted)
}

/** The Failure for an error of the client library or of the file system; any other error is returned unchanged. */
export function failureOf(error: unknown, endpoint: string): unknown {
  if (isFileSystemError(error)) {
    return new Failure('transferFailed', { code: 'FileError', message: error.message }, { cause: error })
  }
  if (!(error instanceof OssError)) return error
  const { code, message, ec, requestId, status } = error
  if (code === 'NetworkError') return noAnswer(endpoint, error)
  if (status === 0) return new Failure('transferFailed', { code, message }, { cause: error })
  return new Failure('requestRefused', { code, message, ec, requestId }, { cause: error })
}

interface Server extends Omit<Awaited<ReturnType<typeof adminServer>>, 'region'> {
  /** Undefined: taken from the name of the endpoint. */
  readonly region: string | undefined
  /** The values of variables and of a profile, as they are. */
  readonly addressing?: string | undefined
  readonly signature?: string | undefined
  readonly dialect?: string | undefined
  readonly proxy?: string | undefined
  /** The program that prints the key. */
  readonly process?: string | undefined
}

/** The form of requests that variables name. */
function formOf(env: Environment): Pick<Server, 'addressing' | 'signature' | 'dialect' | 'proxy' | 'process'> {
  const { OSS_ADDRESSING_STYLE, OSS_SIGN_VERSION, OSS_DIALECT, OSS_PROXY } = env
  return {
    addressing: OSS_ADDRESSING_STYLE || undefined,
    signature: OSS_SIGN_VERSION || undefined,
    dialect: OSS_DIALECT || undefined,
    proxy: OSS_PROXY || undefined,
    process: env[CREDENTIAL_PROCESS],
  }
}

/**
 * The server and the key. Flags take precedence over a profile that a flag names, that over variables, and those over a profile
 * that a variable names. Without an address it is the running server that uses the data folder, else that of the default
 * profile, else the default address where the environment has a key. Throws Failure.
 */
async function serverOf(
  values: ServerArguments['values'],
  given: Environment,
  profile: string | undefined,
): Promise<Server> {
  if (profile !== undefined) return serverIn(await variablesOf(await requireProfile(profile, given)), profile)
  const flagged = values.get('profile')
  const named = given.BINDERY_PROFILE || given.OSSUTIL_PROFILE || undefined
  const base = flagged === undefined && named !== undefined ? await variablesOf(await requireProfile(named, given)) : {}
  const chosen = flagged === undefined ? {} : await variablesOf(await requireProfile(flagged, given))
  const env = over(over(over(base, set(given)), chosen), keyVariables(values))
  const folder = values.get('dir')
  const endpoint = values.get('endpoint') ?? (env.OSS_ENDPOINT || undefined)
  const region = values.get('region') ?? (env.OSS_REGION || env.BINDERY_REGION || undefined)
  if (endpoint !== undefined) {
    return { ...(await adminServer({ endpoint, folder }, await withDefaultKey(env, folder))), ...formOf(env), region }
  }
  const running = await findServer(resolve(folder ?? defaultFolder(env)))
  if (running === undefined && folder === undefined) {
    const profile = env.OSS_ACCESS_KEY_ID ? undefined : await findProfile(DEFAULT_PROFILE, given)
    const known = over(env, profile === undefined ? {} : await variablesOf(profile))
    if (known.OSS_ACCESS_KEY_ID) {
      const server = await adminServer({ endpoint, folder }, known)
      return { ...server, ...formOf(known), region: region ?? known.OSS_REGION }
    }
  }
  const found = await serverWithKey(folder, undefined, env)
  return { ...found, ...formOf(env), region: region ?? found.region }
}

/** The server of a profile that an address names: nothing else has a part in it. Throws Failure `settingMissing`. */
async function serverIn(variables: Environment, profile: string): Promise<Server> {
  for (const [variable, setting] of NEEDED) {
    if (!variables[variable]) throw new Failure('settingMissing', { profile, setting })
  }
  const { OSS_ENDPOINT: endpoint, OSS_REGION: region } = variables
  return { ...(await adminServer({ endpoint, folder: undefined }, variables)), ...formOf(variables), region }
}

const NEEDED = [
  ['OSS_ENDPOINT', 'endpoint'],
  ['OSS_ACCESS_KEY_ID', 'access-key-id'],
  ['OSS_ACCESS_KEY_SECRET', 'access-key-secret'],
] as const

/** Variables over others. A key is one thing: no part of one is joined with part of another. */
function over(others: Environment, variables: Environment): Environment {
  if (!variables.OSS_ACCESS_KEY_ID) return { ...others, ...variables }
  const {
    OSS_ACCESS_KEY_ID: _,
    OSS_ACCESS_KEY_SECRET: __,
    OSS_SESSION_TOKEN: ___,
    [CREDENTIAL_PROCESS]: ____,
    ...rest
  } = others
  return { ...rest, ...variables }
}

/** An empty variable is one that is not set. */
function set(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
}

/** The key of the default profile, where neither the environment nor a data folder has one. */
async function withDefaultKey(env: Environment, folder: string | undefined): Promise<Environment> {
  if (env.OSS_ACCESS_KEY_ID || env.BINDERY_ACCESS_KEY_ID || folder !== undefined) return env
  if ((await requireRootKey(defaultFolder(env)).catch(() => undefined)) !== undefined) return env
  const profile = await findProfile(DEFAULT_PROFILE, env)
  return profile === undefined ? env : over(await variablesOf(profile), env)
}

/** The key of flags, as if variables held it. Throws Failure `argumentMissing` for half of a key. */
function keyVariables(values: ServerArguments['values']): Environment {
  const [id, secret, token] = [values.get('access-key-id'), values.get('access-key-secret'), values.get('sts-token')]
  if (id === undefined && secret === undefined) {
    if (token === undefined) return {}
    throw new Failure('argumentMissing', { command: '--sts-token', argument: '--access-key-id' })
  }
  if (id === undefined)
    throw new Failure('argumentMissing', { command: '--access-key-secret', argument: '--access-key-id' })
  if (secret === undefined)
    throw new Failure('argumentMissing', { command: '--access-key-id', argument: '--access-key-secret' })
  return { OSS_ACCESS_KEY_ID: id, OSS_ACCESS_KEY_SECRET: secret, OSS_SESSION_TOKEN: token }
}

/** Runs a program for the first key, and again when that ends or is refused. */
function renewed(line: string): CredentialsProvider {
  return async () => {
    const { id, secret, token, expiration } = await printedKey(line)
    return {
      accessKeyId: id ?? '',
      accessKeySecret: secret ?? '',
      ...(token === undefined ? {} : { securityToken: token }),
      ...(expiration === undefined ? {} : { expiration }),
    }
  }
}

function credentialsOf({ credentials: { accessKeyId, accessKeySecret, securityToken } }: Server) {
  return { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }
}
