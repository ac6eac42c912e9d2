import { resolve } from 'node:path'
import { type Client, type ClientOptions, createClient, OssError } from '@bindery/client'
import { Failure, findServer } from '@bindery/server'
import { adminServer } from '../admin/send.js'
import { defaultFolder } from '../arguments.js'
import type { Environment } from '../command.js'
import { serverWithKey } from '../running-server.js'

/** Where the server is, from flags. */
type ServerValues = ReadonlyMap<'endpoint' | 'dir' | 'region' | (string & {}), string>

/** Attempts of a request until the first answer: a server that does not run is reported soon. */
const FIRST_ATTEMPTS = 3

/**
 * Runs `use` with a client of the server that flags, the environment or a data folder name, and closes it. Throws Failure:
 * what the server refused, and what failed on this machine.
 */
export async function withClient<T>(
  values: ServerValues,
  env: Environment,
  use: (client: Client) => Promise<T>,
  options: Partial<ClientOptions> = {},
): Promise<T> {
  const server = await serverOf(values, env)
  let hasAnswered = false
  try {
    const client = createClient({
      endpoint: server.endpoint,
      auth: { credentials: credentialsOf(server) },
      retry: { isRetryable: ({ retryable }, { attempt }) => retryable && (hasAnswered || attempt < FIRST_ATTEMPTS) },
      ...(server.region === undefined ? {} : { region: server.region }),
      ...options,
      onRequest: (trace) => {
        if (trace.status > 0) hasAnswered = true
        options.onRequest?.(trace)
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
async function serverOf(values: ServerValues, env: Environment): Promise<Server> {
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

function credentialsOf({ credentials: { accessKeyId, accessKeySecret, securityToken } }: Server) {
  return { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }
}
