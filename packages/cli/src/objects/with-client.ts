import { resolve } from 'node:path'
import { type Client, createClient, OssError } from '@bindery/client'
import { Failure, findServer } from '@bindery/server'
import { adminServer } from '../admin/send.js'
import { type Arguments, defaultFolder } from '../arguments.js'
import type { Environment } from '../command.js'
import type { SERVER_FLAGS } from '../flags.js'
import { serverWithKey } from '../running-server.js'
import { numberOf, oneOf } from './arguments.js'
import { hush } from './output.js'

const ADDRESSING = ['auto', 'path', 'virtual', 'cname'] as const

/** The flags that name the server, as every command on objects has them. */
type ServerArguments = Pick<Arguments<(typeof SERVER_FLAGS)[number]>, 'flags' | 'values'>

/** Attempts of a request until the first answer: a server that does not run is reported soon. */
const FIRST_ATTEMPTS = 3

/**
 * Runs `use` with a client of the server that flags, the environment or a data folder name, and closes it. Throws Failure:
 * what the server refused, and what failed on this machine.
 */
export async function withClient<T>(
  parsed: ServerArguments,
  env: Environment,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  if (parsed.flags.has('quiet')) hush()
  const { values } = parsed
  const maxAttempts = numberOf('--retry-times', values.get('retry-times'), 1, 500)
  const addressing = oneOf('--addressing-style', values.get('addressing-style'), ADDRESSING)
  const signature = oneOf('--sign-version', values.get('sign-version'), ['v4', 'v1'])
  const server = await serverOf(values, env)
  let hasAnswered = false
  try {
    const client = createClient({
      endpoint: server.endpoint,
      auth: { credentials: credentialsOf(server) },
      retry: {
        isRetryable: ({ retryable }, { attempt }) => retryable && (hasAnswered || attempt < FIRST_ATTEMPTS),
        ...(maxAttempts === undefined ? {} : { maxAttempts }),
      },
      ...(server.region === undefined ? {} : { region: server.region }),
      ...(addressing === undefined ? {} : { addressing }),
      ...(signature === undefined ? {} : { signature }),
      onRequest: ({ status }) => {
        if (status > 0) hasAnswered = true
      },
    })
    try {
      return await use(client)
    } finally {
      client.close()
    }
  } catch (error) {
    throw failureOf(error, server.endpoint)
  }
}

/** The Failure for an error of the client library; any other error is returned unchanged. */
export function failureOf(error: unknown, endpoint: string): unknown {
  if (!(error instanceof OssError)) return error
  const { code, message, ec, requestId, status } = error
  if (code === 'NetworkError') return new Failure('serverSilent', { endpoint }, { cause: error })
  if (status === 0) return new Failure('transferFailed', { code, message }, { cause: error })
  return new Failure('requestRefused', { code, message, ec, requestId }, { cause: error })
}

interface Server extends Omit<Awaited<ReturnType<typeof adminServer>>, 'region'> {
  /** Undefined: taken from the name of the endpoint. */
  readonly region: string | undefined
}

/**
 * The server and the key. The address is that of the flag or of OSS_ENDPOINT, else that of the running server that uses the
 * data folder, else the default one where the environment has a key.
 */
async function serverOf(values: ServerArguments['values'], given: Environment): Promise<Server> {
  const env = { ...given, ...keyVariables(values) }
  const folder = values.get('dir')
  const endpoint = values.get('endpoint') ?? (env.OSS_ENDPOINT || undefined)
  const region = values.get('region') ?? (env.OSS_REGION || env.BINDERY_REGION || undefined)
  if (endpoint !== undefined) return { ...(await adminServer({ endpoint, folder }, env)), region }
  const running = await findServer(resolve(folder ?? defaultFolder(env)))
  if (running === undefined && folder === undefined && env.OSS_ACCESS_KEY_ID) {
    return { ...(await adminServer({ endpoint, folder }, env)), region }
  }
  const found = await serverWithKey(folder, undefined, env)
  return { ...found, region: region ?? found.region }
}

/** The key of flags, as if variables held it. Throws Failure `argumentMissing` for half of a key. */
function keyVariables(values: ServerArguments['values']): Environment {
  const [id, secret, token] = [values.get('access-key-id'), values.get('access-key-secret'), values.get('sts-token')]
  if (id === undefined && secret === undefined) return {}
  if (id === undefined)
    throw new Failure('argumentMissing', { command: '--access-key-secret', argument: '--access-key-id' })
  if (secret === undefined)
    return { OSS_ACCESS_KEY_ID: id, ...(token === undefined ? {} : { OSS_SESSION_TOKEN: token }) }
  return { OSS_ACCESS_KEY_ID: id, OSS_ACCESS_KEY_SECRET: secret, OSS_SESSION_TOKEN: token }
}

function credentialsOf({ credentials: { accessKeyId, accessKeySecret, securityToken } }: Server) {
  return { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }
}
