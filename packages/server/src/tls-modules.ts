/** Node's modules of TLS, loaded when they are first used: a start without TLS would spend a twentieth of its time on them. */
import type Https from 'node:https'
import { createRequire } from 'node:module'
import type Tls from 'node:tls'

const load = createRequire(import.meta.url)

/** HTTP over TLS. */
export const https = (): typeof Https => load('node:https')
/** Certificates and contexts. */
export const tls = (): typeof Tls => load('node:tls')
