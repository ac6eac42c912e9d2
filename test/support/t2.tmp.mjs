import { startServer } from './start-server.mjs'

for (const w of ['1', '2']) {
  let t = Date.now()
  let s = await startServer({ args: ['--workers', w] })
  console.log(w, 'start', Date.now() - t)
  t = Date.now()
  await s.kill()
  console.log('kill', Date.now() - t)
  t = Date.now()
  s = await s.restart()
  console.log('restart', Date.now() - t)
  t = Date.now()
  s = await s.restart()
  console.log('graceful restart', Date.now() - t)
  t = Date.now()
  await s.stop()
  console.log('stop', Date.now() - t)
}
