// PouchDB as its users deploy it: a server over LevelDB, and phones that each replicate a database of their own. Server or phones, by argument.
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { readFileSync } from 'node:fs'

const need = createRequire(`${process.env.PEERS}/package.json`)
const PouchDB = need('pouchdb-core')
  .plugin(need('pouchdb-adapter-leveldb'))
  .plugin(need('pouchdb-adapter-memory'))
  .plugin(need('pouchdb-adapter-http'))
  .plugin(need('pouchdb-replication'))
  .plugin(need('pouchdb-mapreduce'))

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`)

async function serve(folder) {
  const app = need('express')()
  const kept = PouchDB.defaults({ prefix: `${folder}/` })
  app.use('/', need('express-pouchdb')(kept, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' }))
  const listening = app.listen(0, '127.0.0.1', () => say({ port: listening.address().port }))
}

const local = (name) => new PouchDB(name, { adapter: 'memory' })
const far = (base, scope) => new PouchDB(`${base}/s${scope}`, { adapter: 'http' })

async function write(db, task) {
  const revisions = new Map()
  for (const one of task.letters) revisions.set(one.id, (await db.put({ _id: one.id, ...one.fields })).rev)
  for (const one of task.edits) {
    const doc = await db.get(one.id)
    await db.put({ ...doc, ...one.fields })
  }
}

async function once(db, base, scope) {
  const there = far(base, scope)
  await db.replicate.to(there)
  await db.replicate.from(there)
}

async function phones(base, path) {
  const tasks = JSON.parse(readFileSync(path, 'utf8'))
  const ready = []
  for (const task of tasks) {
    const db = local(task.phone)
    await write(db, task)
    ready.push({ db, task })
  }
  for (const scope of new Set(tasks.map((task) => task.scope))) await far(base, scope).info()
  const begun = performance.now()
  const waits = await Promise.all(ready.map(async ({ db, task }) => {
    await once(db, base, task.scope)
    return (performance.now() - begun) / 1000
  }))
  say({ waits })
}

async function pairs(base, count) {
  const scope = 'pairs'
  const [first, second] = [local('first'), local('second')]
  for (let n = 0; n < count; n += 1) await first.put({ _id: `pair${n}`, summary: 'before' })
  await once(first, base, scope)
  await once(second, base, scope)
  for (const [db, words] of [[first, 'one'], [second, 'two']]) {
    for (let n = 0; n < count; n += 1) {
      const doc = await db.get(`pair${n}`)
      await db.put({ ...doc, summary: `${words} ${n}` })
    }
  }
  for (const db of [first, second, first]) await once(db, base, scope)
  let kept = 0
  let told = 0
  for (let n = 0; n < count; n += 1) {
    const there = await far(base, scope).get(`pair${n}`, { conflicts: true })
    kept += there._conflicts?.length === 1 ? 1 : 0
    // What an app reads unless it asks for more: is there any word of the loser?
    const shown = JSON.stringify([await first.get(`pair${n}`), await second.get(`pair${n}`)])
    told += shown.includes(`one ${n}`) && shown.includes(`two ${n}`) ? 1 : 0
  }
  say({ kept, told })
}

const [what, ...rest] = process.argv.slice(2)
await { serve, phones, pairs: (base, count) => pairs(base, Number(count)) }[what](...rest)
if (what !== 'serve') process.exit(0)
