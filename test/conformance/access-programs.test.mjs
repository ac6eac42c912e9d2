// Temporary keys, presigned URLs and forms by the SDKs of other languages, with their own credential providers, against a server
// of several processes.

import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { after, before, test } from 'node:test'
import { CERTIFICATES } from '../../packages/server/dist/testing/certificates.js'
import { BUCKET, ROLE, ROLE_ARN, startWithRole } from './access/setup.mjs'
import { go, java, python } from './programs.mjs'
import { installSdks, runChecks } from './support.mjs'

const PROGRAMS = [
  ['python', python.install, python.command('access.py')],
  ['go', go.install, go.command('access')],
  ['java', java.install, java.command('Access')],
]

let started
let secure

before(async () => {
  started = await startWithRole()
  secure = await speakTls(started.server.endpoint)
})
after(async () => {
  secure?.close()
  await started?.server.stop()
})

/** TLS in front of the server: the provider of the SDK for Java calls AssumeRole by nothing else. */
async function speakTls(endpoint) {
  const { certificate: cert, key } = CERTIFICATES.one
  const proxy = createServer({ cert, key }, (incoming, outgoing) => {
    const { method, headers, url } = incoming
    const forwarded = request(new URL(url, endpoint), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return proxy
}

function environment() {
  const { server, user } = started
  return {
    ENDPOINT: server.endpoint,
    REGION: server.region,
    BUCKET,
    ROLE,
    ROLE_ARN,
    USER_KEY_ID: user.AccessKeyId,
    USER_KEY_SECRET: user.AccessKeySecret,
    STS_URL: `https://127.0.0.1:${secure.address().port}`,
    CREDENTIALS_URI: `${server.endpoint}/-/credentials`,
    INSTANCE_URL: `${server.endpoint}/-/latest/meta-data/ram/security-credentials/${ROLE}`,
  }
}

for (const [language, install, command] of PROGRAMS) {
  test(`the SDKs for ${language} work with temporary keys of their own providers`, async (t) => {
    await t.test(`${language}: the SDKs install from their registries`, () => installSdks(language, install))
    await runChecks(t, language, command, environment())
  })
}
