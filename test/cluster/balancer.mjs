/** nginx before gateways, as docs/guides/cluster.md configures it. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/free-port.mjs'
import { guard } from '../support/guard.mjs'

/** The path of nginx; undefined where it is not installed. */
export function findNginx() {
  for (const path of ['/usr/sbin/nginx', '/usr/local/sbin/nginx', 'nginx']) {
    try {
      execFileSync(path, ['-v'], { stdio: 'ignore' })
      return path
    } catch {
      // the next one
    }
  }
  return undefined
}

/** @param {readonly { endpoint: string }[]} gateways @returns {Promise<{ endpoint: string, stop: () => Promise<void> }>} */
export async function startBalancer(gateways) {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-nginx-'))
  const port = await freePort()
  await writeFile(join(folder, 'nginx.conf'), configOf(folder, port, gateways))
  const child = spawn(findNginx(), ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  // its workers end with it, but not by a signal that it cannot handle
  const hasEnded = guard({ pid: child.pid, signal: 'TERM', folder })
  const endpoint = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${endpoint}/-/health/ready`).catch(() => undefined)
    if (answer?.status === 200) break
    if (tries === 100 || child.exitCode !== null) throw new Error('nginx does not start')
    await sleep(50)
  }
  return {
    endpoint,
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
      hasEnded()
    },
  }
}

function configOf(folder, port, gateways) {
  const servers = gateways.map(({ endpoint }) => `server ${new URL(endpoint).host} max_fails=1 fail_timeout=2s;`)
  return `daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream gateways { least_conn; ${servers.join(' ')} keepalive 32; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    location / {
      proxy_pass http://gateways;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_read_timeout 600s;
      proxy_next_upstream error;
    }
  }
}
`
}
