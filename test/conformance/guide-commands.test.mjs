// The commands of README and guides, run as they are printed. Those of other programs are in guides.test.mjs and proxies.test.mjs.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CERTIFICATES } from '../../packages/server/dist/testing/certificates.js'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { openPlace, openServed, preambleOf, root, runServer, runShell } from './guides/place.mjs'

for (const { file, line, code } of guideBlocks('serve')) {
  test(`${file}:${line} starts a server, which stops cleanly`, async (t) => {
    const place = openPlace(t)
    writeFileSync(path.join(place.cwd, 'server.crt'), CERTIFICATES.one.certificate)
    writeFileSync(path.join(place.cwd, 'server.key'), CERTIFICATES.one.key)
    const isNpm = code.includes('npm ')
    const inClone = isNpm ? { ...place, cwd: root } : place
    const variables = isNpm ? { BINDERY_DIR: path.join(place.cwd, 'data') } : {}
    assert.equal(await runServer(inClone, code, undefined, variables), 0)
  })
}

test('the program and the commands of the README work against a server that was started with its key', async (t) => {
  const [program, commands, ...others] = guideBlocks('readme')
  assert.deepEqual(others, [])
  const place = openPlace(t)
  writeFileSync(path.join(place.cwd, 'big.iso'), randomBytes(3_000_000))
  const start = guideBlocks('serve').find(({ file, code }) => file === 'README.md' && code.includes('dev-secret'))
  const variables = { BINDERY_DIR: path.join(place.cwd, 'data') }
  const code = await runServer(
    { ...place, cwd: root },
    start.code,
    async (endpoint) => {
      const local = (text) => text.replaceAll('http://127.0.0.1:9000', endpoint)
      writeFileSync(path.join(place.cwd, 'upload.mjs'), local(program.code))
      assert.match(await runShell(place, 'node upload.mjs'), /100 %\n"[0-9A-F]{32}-\d+"\n$/)
      assert.match(await runShell(place, local(commands.code)), / PRE exampledir\//)
    },
    variables,
  )
  assert.equal(code, 0)
})

test('the commands on objects work', async (t) => {
  const { cwd, sh, client } = await openServed(t)
  const [first, uploads, folders, many, versions, ...others] = guideBlocks('transferring')
  assert.deepEqual(others, [])
  writeFileSync(path.join(cwd, 'big.iso'), randomBytes(9_000_000))
  assert.match(await sh(first.code), /big\.iso/)
  assert.deepEqual(readFileSync(path.join(cwd, 'copy.iso')), readFileSync(path.join(cwd, 'big.iso')))

  const demo = client('demo')
  const { uploadId } = await demo.initMultipartUpload('images/big.iso')
  assert.match(await sh(uploads.code.replace('0004B9894A22E5B1888A1E29F8236E2D', uploadId)), new RegExp(uploadId))
  assert.deepEqual((await demo.listUploads({ 'max-uploads': 1 })).uploads ?? [], [])

  mkdirSync(path.join(cwd, 'site'))
  writeFileSync(path.join(cwd, 'site', 'index.html'), 'here')
  await demo.put('site/old.html', Buffer.from('old'))
  await demo.put('photos/a.jpg', Buffer.from('a'))
  const planned = await sh(folders.code)
  assert.match(planned, /site\/index\.html/)
  assert.match(planned, /site\/old\.html/)
  assert.equal(readFileSync(path.join(cwd, 'photos', 'a.jpg'), 'utf8'), 'a')

  await demo.put('logs/a.gz', Buffer.from('a'))
  await demo.put('tmp/new', Buffer.from('new'))
  writeFileSync(path.join(cwd, 'site', 'index.js.map'), '{}')
  await sh(many.code)
  for (const folder of ['logs', 'archive']) assert.equal(readFileSync(path.join(cwd, folder, 'a.gz'), 'utf8'), 'a')
  const names = async (prefix) => ((await demo.list({ prefix })).objects ?? []).map(({ name }) => name)
  assert.deepEqual(await names('site/'), ['site/index.html', 'site/old.html'])
  assert.deepEqual(await names('both/'), ['both/index.html', 'both/index.js.map'])
  assert.deepEqual(await names('tmp/'), ['tmp/new'])

  await demo.putBucketVersioning('demo', 'Enabled')
  const { res } = await demo.put('report.pdf', Buffer.from('first'))
  await demo.put('report.pdf', Buffer.from('second'))
  await demo.put('reports/a.pdf', Buffer.from('a'))
  await sh(versions.code.replaceAll('CAEQ…', res.headers['x-oss-version-id']))
  assert.equal(readFileSync(path.join(cwd, 'old.pdf'), 'utf8'), 'first')
  const { objects = [] } = await demo.getBucketVersions({ prefix: 'report' })
  assert.deepEqual(
    objects.map(({ name }) => name),
    ['report.pdf'],
  )
})

test('the commands that look at objects, change them, and call operations work', async (t) => {
  const { cwd, sh, client } = await openServed(t)
  const demo = client('demo')
  await sh('bindery mb oss://demo && bindery mb oss://archive')
  for (const name of ['photos', 'iso']) mkdirSync(path.join(cwd, name))
  writeFileSync(path.join(cwd, 'photos', 'a.jpg'), 'a')
  writeFileSync(path.join(cwd, 'big.iso'), randomBytes(300_000))
  await sh('bindery cp -r photos oss://demo/photos/ && bindery cp big.iso oss://demo/big.iso')
  const [looking, ...moreLooking] = guideBlocks('inspecting')
  assert.deepEqual(moreLooking, [])
  assert.match(await sh(looking.code), /oss:\/\/demo\/photos\//)

  for (const key of ['inbox/a', 'site/a.html', 'raw.csv']) await demo.put(key, Buffer.from(key))
  await demo.put('2020/a', Buffer.from('a'), { headers: { 'x-oss-storage-class': 'Archive' } })
  const [changing, ...moreChanging] = guideBlocks('changing')
  assert.deepEqual(moreChanging, [])
  await sh(changing.code)
  const { res } = await demo.head('site/a.html')
  assert.equal(res.headers['cache-control'], 'max-age=600')
  assert.match(await sh('bindery ls oss://archive -r && sh -e upload.sh && bindery stat oss://demo/big.iso'), /300000/)

  writeFileSync(
    path.join(cwd, 'rules.xml'),
    '<LifecycleConfiguration><Rule><ID>a</ID><Prefix>tmp/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
  )
  const [documents, ...moreDocuments] = guideBlocks('bucket-documents')
  assert.deepEqual(moreDocuments, [])
  assert.match(await sh(documents.code), /^lifecycle +get, set, rm$/m)
  assert.match(readFileSync(path.join(cwd, 'copy.xml'), 'utf8'), /<Days>1<\/Days>/)
  const [batch, ...moreBatches] = guideBlocks('many-commands')
  assert.deepEqual(moreBatches, [])
  assert.match(await sh(batch.code), /^"a"$/m)

  const [asOssutil, ...moreOssutil] = guideBlocks('ossutil-output')
  assert.deepEqual(moreOssutil, [])
  assert.match(
    await sh(asOssutil.code),
    /OK num: 1\(upload 1 files\)\.[\s\S]*^Object Number is: \d+$[\s\S]*^UploadID Number is: 0$/m,
  )

  const [operations, ...moreOperations] = guideBlocks('operations-by-name')
  assert.deepEqual(moreOperations, [])
  await sh(operations.code)
  assert.match(await sh('bindery api get-bucket-lifecycle --bucket demo'), /tmp\//)
})

test('a folder is checked, backed up, and restored elsewhere', async (t) => {
  const [check, backup, restore, upgrade, ...others] = guideBlocks('backup')
  assert.deepEqual(others, [])
  const place = openPlace(t)
  const start = 'bindery serve ./data --buckets demo'
  const here = (code) => code.replaceAll('/mnt/backup', path.join(place.cwd, 'mnt'))
  mkdirSync(path.join(place.cwd, 'mnt'))
  assert.equal(await runServer(place, start), 0)
  assert.match(await runShell(place, check.code), /No problems found/)
  // a server may run meanwhile
  assert.equal(await runServer(place, start, () => runShell(place, here(backup.code))), 0)
  assert.match(await runShell(place, upgrade.code), /starts on it as it is/)
  await runShell(place, 'rm -r data')
  assert.equal(await runServer(place, here(restore.code), () => runShell(place, 'bindery stat oss://demo')), 0)
})

test('CORS rules of the guide let a browser send what an upload needs', async (t) => {
  const [{ code }] = guideBlocks('cors')
  const { js, server } = await openServed(t, ['--buckets', 'demo'])
  await js(preambleOf(server), code)
  const preflight = await fetch(`${server.endpoint}/demo/key?uploadId=1`, {
    method: 'OPTIONS',
    headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'PUT' },
  })
  assert.equal(preflight.status, 200)
  assert.match(preflight.headers.get('access-control-allow-methods'), /PUT/)
})

test('the test with faults that the guide prints passes', async (t) => {
  const place = openPlace(t)
  const [{ code }, ...others] = guideBlocks('faults')
  assert.deepEqual(others, [])
  writeFileSync(path.join(place.cwd, 'faults.test.mjs'), code)
  assert.match(await runShell(place, 'node --test --test-reporter=tap'), /^# pass 1$/m)
})

test('a log that logrotate copies and empties goes on at the beginning of its file', async (t) => {
  const [start, configuration, ...others] = guideBlocks('logs')
  assert.deepEqual(others, [])
  const place = openPlace(t)
  const log = path.join(place.cwd, 'bindery.log')
  const rules = path.join(place.cwd, 'logrotate.conf')
  writeFileSync(rules, configuration.code.replace('/var/log/bindery.log', log))
  const requests = () => [...readFileSync(log, 'utf8').matchAll(/"key":"(\w+)"/g)].map(([, key]) => key)
  const code = await runServer(place, start.code.trim(), async (endpoint) => {
    await fetch(`${endpoint}/demo/before`)
    while (!requests().includes('before')) await sleep(20)
    await runShell(place, `logrotate --force --state '${place.cwd}/state' '${rules}'`)
    assert.match(readFileSync(`${log}.1`, 'utf8'), /"key":"before"/)
    await fetch(`${endpoint}/demo/after`)
    while (!requests().includes('after')) await sleep(20)
    assert.deepEqual([requests(), readFileSync(log)[0]], [['after'], '{'.charCodeAt(0)])
  })
  assert.equal(code, 0)
})

test('promtool accepts the scrape configuration', async (t) => {
  const place = openPlace(t)
  const [{ code }, ...others] = guideBlocks('scrape')
  assert.deepEqual(others, [])
  const token = path.join(place.cwd, 'token')
  writeFileSync(token, 'secret')
  writeFileSync(path.join(place.cwd, 'prometheus.yml'), code.replace('/etc/prometheus/bindery-token', token))
  assert.match(await runShell(place, 'promtool check config prometheus.yml'), /SUCCESS/)
})

for (const { file, line, code } of guideBlocks('tools')) {
  test(`${file}:${line} repeats a run with its seed`, async (t) => {
    const output = await runShell({ ...openPlace(t), cwd: root }, code)
    if (code.includes('broken.js'))
      assert.match(output, /^ +expected |^seed \d+: no order of the steps explains the answers/m)
  })
}
