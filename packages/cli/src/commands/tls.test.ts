import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder, runWith, startWith } from '../testing/support.js'

const certificates = new URL('../../../server/dist/testing/certificates.js', import.meta.url)
const { CERTIFICATES } = (await import(certificates.href)) as {
  CERTIFICATES: Readonly<Record<'one', { readonly certificate: string; readonly key: string }>>
}

test('files go to a server with TLS and back, in parts, and a certificate that is not trusted is named', async (t) => {
  const folder = await newFolder(t)
  const certificate = join(folder, 'server.crt')
  const key = join(folder, 'server.key')
  await writeFile(certificate, CERTIFICATES.one.certificate)
  await writeFile(key, CERTIFICATES.one.key)
  const server = await startWith(t, join(folder, 'data'), ['--tls-cert', certificate, '--tls-key', key])
  assert.match(server.endpoint, /^https:/)
  const source = join(folder, 'source')
  const bytes = randomBytes(3_000_000)
  await writeFile(source, bytes)
  const trusting = { env: { NODE_EXTRA_CA_CERTS: certificate } }
  const up = await runWith(server, ['cp', source, 'oss://demo/key', '--part-size', '1m'], trusting)
  assert.equal(up.code, 0, up.stderr)
  const back = join(folder, 'back')
  const down = await runWith(server, ['cp', 'oss://demo/key', back], trusting)
  assert.equal(down.code, 0, down.stderr)
  assert.ok(bytes.equals(await readFile(back)))
  const { code, stderr } = await runWith(server, ['ls', 'oss://demo'])
  assert.equal(code, 3)
  assert.match(stderr, /the certificate of https:\S+ is not trusted: self.signed certificate\. .*NODE_EXTRA_CA_CERTS/)
})
