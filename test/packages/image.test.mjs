// The image of deploy/Dockerfile, built and run, also as deploy/compose.yaml runs it.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd, newFolder } from '../support/at-end.mjs'
import { Image } from './image.mjs'

let image
before(() => {
  image = new Image()
})
after(() => image?.remove())

test('the image serves as a user without rights, reports its health, and stops cleanly', async (t) => {
  const { User, Entrypoint, Cmd, Healthcheck, ExposedPorts, Volumes } = image.config
  assert.deepEqual([User, Object.keys(ExposedPorts), Object.keys(Volumes)], ['10001:10001', ['9000/tcp'], ['/data']])
  assert.equal(image.run(['id', '-u']).stdout, '10001\n')
  const [kibibytes] = image.run(['du', '-skx', '/']).stdout.split('\t')
  assert.ok(Number(kibibytes) < 144 * 1024, `${kibibytes} KiB`)

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

test('Podman runs the Compose file: healthy, without capabilities, on a root that cannot be written, and with its data after a restart', async (t) => {
  const folder = newFolder(t)
  const file = path.join(folder, 'compose.yaml')
  const text = readFileSync(new URL('../../deploy/compose.yaml', import.meta.url), 'utf8')
  writeFileSync(file, text.replace('127.0.0.1:9000:9000', '127.0.0.1::9000'))
  atEnd(t, () => image.compose(file, 'down', '--volumes'))
  image.compose(file, 'up', '--detach', '--no-build')
  const name = `${path.basename(folder).toLowerCase()}_oss_1`
  const healthy = async () => {
    for (let status; status !== 0; await sleep(100)) {
      status = image.podman('healthcheck', 'run', name).status
      // 125: there is no such container
      assert.ok(status < 125, `status ${status}`)
    }
  }
  await healthy()
  const address = image.podman('port', name, '9000').stdout.trim()
  assert.equal((await fetch(`http://${address}/-/health/ready`)).status, 200)

  const run = (command) => {
    const keys = ['--env', 'OSS_ACCESS_KEY_ID=dev', '--env', 'OSS_ACCESS_KEY_SECRET=dev-secret']
    return image.podman('exec', ...keys, name, 'sh', '-c', command)
  }
  assert.equal(run('bindery cp /etc/os-release oss://demo/a && touch /tmp/a').status, 0)
  assert.match(run('touch /a').stderr, /Read-only file system/)
  assert.match(run('cat /proc/1/status').stdout, /^CapEff:\t0+$[\s\S]*^NoNewPrivs:\t1$/m)
  image.compose(file, 'restart')
  await healthy()
  assert.match(run('bindery cat oss://demo/a').stdout, /PRETTY_NAME/)
  assert.equal(image.podman('inspect', '--format', '{{.State.Status}}', name).stdout, 'running\n')
  image.podman('stop', name)
  assert.equal(image.podman('inspect', '--format', '{{.State.ExitCode}}', name).stdout, '0\n')
})

/** The variables of the service container that the guide shows for GitHub Actions: there is no command line there. */
function serviceExample() {
  const guide = readFileSync(new URL('../../docs/guides/installing.md', import.meta.url), 'utf8')
  const [, pairs] = /^ {4}env: \{ (.+) \}$/m.exec(guide)
  return Object.fromEntries(pairs.split(', ').map((pair) => pair.split(': ')))
}
