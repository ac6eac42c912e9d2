import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { startProxy } from '../testing/proxy.js'
import { runWith, startWith } from '../testing/support.js'

const certificates = new URL('../../../server/dist/testing/certificates.js', import.meta.url)
const { CERTIFICATES } = (await import(certificates.href)) as {
  CERTIFICATES: Readonly<Record<'one', { readonly certificate: string; readonly key: string }>>
}

/** A server with TLS, and the options with which commands trust it. */
async function startSecure(t: TestContext, folder: string) {
  const certificate = join(folder, 'server.crt')
  const key = join(folder, 'server.key')
  await writeFile(certificate, CERTIFICATES.one.certificate)
  await writeFile(key, CERTIFICATES.one.key)
  const server = await startWith(t, join(folder, 'data'), ['--tls-cert', certificate, '--tls-key', key])
  return { server, trusting: { env: { NODE_EXTRA_CA_CERTS: certificate } } }
}

test('files go to a server with TLS and back, in parts, and a certificate that is not trusted is named', async (t) => {
  const folder = newFolder(t)
  const { server, trusting } = await startSecure(t, folder)
  assert.match(server.endpoint, /^https:/)
  const source = join(folder, 'source')
  const bytes = randomBytes(3_000_000)
  await writeFile(source, bytes)
  const up = await runWith(server, ['cp', source, 'oss://demo/key', '--part-size', '1m'], trusting)
  assert.equal(up.code, 0, up.stderr)
  const back = join(folder, 'back')
  const down = await runWith(server, ['cp', 'oss://demo/key', back], trusting)
  assert.equal(down.code, 0, down.stderr)
  assert.ok(bytes.equals(await readFile(back)))
  const { code, stderr } = await runWith(server, ['ls', 'oss://demo'])
  assert.equal(code, 3)
  const any = await runWith(server, ['ls', 'oss://demo', '--skip-verify-cert'])
  assert.equal(any.code, 0, any.stderr)
  assert.match(stderr, /the certificate of https:\S+ is not trusted: self.signed certificate\. .*NODE_EXTRA_CA_CERTS/)
})

test('files go to a server with TLS through a proxy that passes on bytes, in parts', async (t) => {
  const folder = newFolder(t)
  const { server, trusting } = await startSecure(t, folder)
  const proxy = await startProxy(t)
  const source = join(folder, 'source')
  const bytes = randomBytes(5_000_000)
  await writeFile(source, bytes)
  const up = await runWith(
    server,
    ['cp', source, 'oss://demo/key', '--part-size', '1m', '--bigfile-threshold', '1m', '--proxy', proxy.url],
    trusting,
  )
  assert.equal(up.code, 0, up.stderr)
  const back = join(folder, 'back')
  const down = await runWith(server, ['cp', 'oss://demo/key', back, '--proxy', proxy.url], trusting)
  assert.equal(down.code, 0, down.stderr)
  assert.ok(bytes.equals(await readFile(back)))
  assert.deepEqual([...new Set(proxy.seen)], [new URL(server.endpoint).host])
  const refused = await runWith(server, ['ls', '--proxy', proxy.url.replace('secret', 'wrong')], trusting)
  assert.equal(refused.code, 3)
  assert.match(
    refused.stderr,
    /no answer from https\S+: the proxy \S+ did not connect to \S+: HTTP\/1\.1 407 No\. Check/,
  )
})
