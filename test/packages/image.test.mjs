// The image of deploy/Dockerfile, built and run.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from '../support/at-end.mjs'
import { Image } from './image.mjs'

test('the image builds, serves as a user without rights, reports its health, and stops cleanly', async (t) => {
  const image = new Image()
  atEnd(t, () => image.remove())
  const { User, Entrypoint, Cmd, Healthcheck, ExposedPorts, Volumes } = image.config
  assert.deepEqual([User, Object.keys(ExposedPorts), Object.keys(Volumes)], ['10001:10001', ['9000/tcp'], ['/data']])
  assert.equal(image.run(['id', '-u']).stdout, '10001\n')
  const [kibibytes] = image.run(['du', '-skx', '/']).stdout.split('\t')
  assert.ok(Number(kibibytes) < 160 * 1024, `${kibibytes} KiB`)

  const [, ...healthCheck] = Healthcheck.Test
  assert.equal(image.run(healthCheck).status, 3)
  const variables = { ...serviceExample(), BINDERY_HOST: '127.0.0.1', BINDERY_PORT: '0', BINDERY_WORKERS: '1' }
  const server = await image.start([...Entrypoint, ...Cmd], variables)
  let running = true
  const exited = server.exited.finally(() => {
    running = false
  })
  atEnd(t, () => running && process.kill(server.pid, 'SIGKILL'))
  while (image.run(healthCheck).status !== 0) {
    assert.ok(running)
    await sleep(100)
  }
  const copy = 'bindery cp /etc/debian_version oss://demo/version && bindery cat oss://demo/version'
  const keys = {
    OSS_ACCESS_KEY_ID: variables.BINDERY_ACCESS_KEY_ID,
    OSS_ACCESS_KEY_SECRET: variables.BINDERY_ACCESS_KEY_SECRET,
  }
  assert.match(image.run(['sh', '-c', copy], keys).stdout, /\d+\.\d+\n$/)
  process.kill(server.pid, 'SIGTERM')
  assert.deepEqual(await exited, [0, null])
})

/** The variables of the service container that the guide shows for GitHub Actions: there is no command line there. */
function serviceExample() {
  const guide = readFileSync(new URL('../../docs/guides/installing.md', import.meta.url), 'utf8')
  const [, pairs] = /^ {4}env: \{ (.+) \}$/m.exec(guide)
  return Object.fromEntries(pairs.split(', ').map((pair) => pair.split(': ')))
}
