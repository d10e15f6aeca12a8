// Yjs as its users deploy it: the websocket server of its own package over LevelDB, and phones that share one document a scope.
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { readFileSync } from 'node:fs'

const need = createRequire(`${process.env.PEERS}/package.json`)
const Y = need('yjs')
const { WebsocketProvider } = need('y-websocket')
const WebSocket = need('ws')

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`)

async function serve(folder) {
  process.env.YPERSISTENCE = folder
  const { setupWSConnection } = need('y-websocket/bin/utils')
  const server = need('http').createServer()
  const sockets = new WebSocket.Server({ server })
  sockets.on('connection', setupWSConnection)
  server.listen(0, '127.0.0.1', () => say({ port: server.address().port }))
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

function write(doc, task) {
  const letters = doc.getMap('letters')
  for (const one of task.letters) letters.set(one.id, new Y.Map(Object.entries(one.fields)))
  for (const one of task.edits) {
    for (const [field, value] of Object.entries(one.fields)) letters.get(one.id).set(field, value)
  }
}

/** Connects until the server has told its state; nothing in this protocol tells a phone that its own arrived. */
function once(doc, base, scope) {
  return new Promise((done) => {
    const line = new WebsocketProvider(base, scope, doc, { WebSocketPolyfill: WebSocket, disableBc: true })
    line.on('sync', (isSynced) => {
      if (isSynced) done(line)
    })
  })
}

/** `expected`: how many letters a phone waits for; the server tells what it had stored only after it said that all is told. */
async function phones(base, path, expected = '0') {
  const ready = JSON.parse(readFileSync(path, 'utf8')).map((task) => {
    const doc = new Y.Doc()
    write(doc, task)
    return { doc, task }
  })
  const begun = performance.now()
  const waits = await Promise.all(ready.map(async ({ doc, task }) => {
    await once(doc, base, task.scope)
    while (doc.getMap('letters').size < Number(expected)) await pause(5)
    return (performance.now() - begun) / 1000
  }))
  say({ waits })
}

async function pairs(base, count) {
  const docs = [new Y.Doc(), new Y.Doc()]
  const [first, second] = docs.map((doc) => doc.getMap('letters'))
  for (let n = 0; n < count; n += 1) first.set(`pair${n}`, new Y.Map([['summary', 'before']]))
  for (const doc of docs) {
    const line = await once(doc, base, 'pairs')
    await pause(300)
    line.destroy()
  }
  for (let n = 0; n < count; n += 1) first.get(`pair${n}`).set('summary', `one ${n}`)
  for (let n = 0; n < count; n += 1) second.get(`pair${n}`).set('summary', `two ${n}`)
  for (const doc of docs) await once(doc, base, 'pairs')
  await pause(500)
  const there = new Y.Doc()
  await once(there, base, 'pairs')
  await pause(300)
  const both = (text, n) => Number(text.includes(`one ${n}"`) && text.includes(`two ${n}"`))
  let kept = 0
  let told = 0
  for (let n = 0; n < count; n += 1) {
    kept += both(JSON.stringify(there.getMap('letters').get(`pair${n}`).toJSON()), n)
    told += both(JSON.stringify([first.get(`pair${n}`).toJSON(), second.get(`pair${n}`).toJSON()]), n)
  }
  say({ kept, told })
}

const [what, ...rest] = process.argv.slice(2)
await { serve, phones, pairs: (base, count) => pairs(base, Number(count)) }[what](...rest)
if (what !== 'serve') process.exit(0)
