/** The flags that decide how a command reaches its server, and what it logs about that. */
import { openSync, writeSync } from 'node:fs'
import { isIP } from 'node:net'
import { nodeTransport, type RequestTrace, type RetryPolicy, type Transport } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { numberOf, oneOf, secondsOf } from './arguments.js'
import type { ServerArguments } from './with-client.js'

const SECONDS_MAX = 3_600

/** The transport of a command; `proxy` is that of the server's profile. Throws Failure `valueInvalid`. */
export function transportOf({ values, flags }: ServerArguments, proxy: string | undefined): Transport {
  const connectTimeout = values.get('connect-timeout')
  const localAddress = values.get('bind-address')
  if (localAddress !== undefined && isIP(localAddress) === 0) {
    throw new Failure('valueInvalid', {
      name: '--bind-address',
      value: localAddress,
      expected: '192.0.2.7, 2001:db8::7',
    })
  }
  const through = values.get('proxy') ?? proxy
  if (through !== undefined && !/^(?:https?|socks5h?):\/\/[^/]/i.test(through)) {
    throw new Failure('valueInvalid', {
      name: '--proxy',
      value: through.replace(/[^/]*@/, '***@'),
      expected: 'http://HOST:PORT, https://HOST:PORT, socks5://HOST:PORT',
    })
  }
  return nodeTransport({
    acceptsAnyCertificate: flags.has('skip-verify-cert'),
    ...(connectTimeout === undefined
      ? {}
      : { connectTimeoutMs: secondsOf('--connect-timeout', connectTimeout, SECONDS_MAX) * 1_000 }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(through === undefined ? {} : { proxy: through }),
  })
}

/** The parts of the retry policy that flags choose. Throws Failure `valueInvalid`. */
export function retryOf({ values }: ServerArguments): Partial<RetryPolicy> {
  const maxAttempts = numberOf('--retry-times', values.get('retry-times'), 1, 500)
  const readTimeout = values.get('read-timeout')
  return {
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(readTimeout === undefined
      ? {}
      : { stallTimeoutMs: secondsOf('--read-timeout', readTimeout, SECONDS_MAX) * 1_000 }),
  }
}

/** Logs attempts of requests, as `--loglevel` and `--log-file` choose. Throws Failure `valueInvalid`, `fileUnwritable`. */
export function logOf({ values }: ServerArguments): (trace: RequestTrace) => void {
  const file = values.get('log-file')
  const level = oneOf('--loglevel', values.get('loglevel'), ['off', 'info', 'debug']) ?? (file ? 'debug' : 'off')
  if (level === 'off') return () => {}
  const fd = file === undefined ? process.stderr.fd : opened(file)
  return (trace) => {
    if (level === 'debug' || trace.status < 200 || trace.status >= 400) writeSync(fd, lineOf(trace))
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'a', 0o600)
  } catch (error) {
    throw new Failure('fileUnwritable', { file }, { cause: error })
  }
}

function lineOf(trace: RequestTrace): string {
  const { op, method, url, status, attempt, ms, bytesSent, bytesReceived, requestId, error, reason } = trace
  const facts = {
    attempt,
    ms: Math.round(ms),
    sent: bytesSent,
    received: bytesReceived,
    ...(requestId === undefined ? {} : { requestId }),
    ...(error === undefined ? {} : { error, reason: JSON.stringify(reason) }),
  }
  const pairs = Object.entries(facts).map(([name, value]) => `${name}=${value}`)
  return `${new Date().toISOString()} ${op} ${method} ${url} ${status} ${pairs.join(' ')}\n`
}
