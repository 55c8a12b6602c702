// An app on WatermelonDB against the server: the part between the marks is what the page in
// docs shows; below it the test drives the app over lines of JSON.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

// docs: begin
import { Database, Model, Q, appSchema, tableSchema } from '@nozbe/watermelondb'
import { schemaMigrations } from '@nozbe/watermelondb/Schema/migrations/index.js'
import { hasUnsyncedChanges, synchronize } from '@nozbe/watermelondb/sync/index.js'

// Each table has the columns of the page's table, and revoked. Actions come last: they need
// the others. updated_at is WatermelonDB's own; held work tells by it when an edit was made.
const columns = (type, names) => names.split(' ').filter(Boolean).map((name) => ({ name, type }))
const table = (name, text, { number = '', boolean = '' } = {}) => tableSchema({
  name,
  columns: [
    ...columns('string', text), ...columns('number', number), ...columns('boolean', `${boolean} revoked`),
    { name: 'updated_at', type: 'number' },
  ],
})

export const schema = appSchema({
  version: 1,
  tables: [
    table('cases', 'number status division_code title text address lead due inspection rectification due_strict due_legal ' +
      'outcome handling_result pollution_types location inspectors items flags respondent', { number: 'round' }),
    table('inspections', 'case lead started_at findings statement weather finished_at created_by inspectors samples notes',
      { number: 'round max_noise_db' }),
    table('rectifications', 'case inspection order_no served_at deadline recheck_due measures responsible state submitted_at ' +
      'verified_at items officers item_remarks notes', { number: 'round progress' }),
    table('evidence', 'case inspection rectification item purpose pair_of sha256 mime taken_at device previous caption state ' +
      'author received_at position receipt flags decision', { number: 'size heading', boolean: 'mock_location' }),
    table('held', 'collection record field code state decided_at by value'),
    table('agencies', 'name division_code level phone'),
    table('colleagues', 'name certificate_no', { boolean: 'on_duty' }),
    table('dictionaries', 'kind jurisdiction source step unit article name days words', { number: 'number year' }),
    table('actions', 'case name actor_kind actor device device_at received_at outcome code from to decided_by decided_at args ' +
      'position evidence', { number: 'base round' }),
  ],
})
const tables = Object.keys(schema.tables)

// With a new version of the app its new columns are named here, and the server sends their
// tables whole. Migrations must be set from the beginning, even if there are none.
export const migrations = schemaMigrations({ migrations: [] })

const models = tables.map((name) => class extends Model {
  static table = name
  get updatedAt() { return this._getRaw('updated_at') }
})

export const open = (adapter) => new Database({ adapter, modelClasses: models })

// edit changes columns of a record. One that was revoked meanwhile is the user's no more: its
// last edits are on their way already, and a new one would go with it.
export const edit = (database, name, id, change) => database.write(async () => {
  const record = await database.get(name).find(id)
  if (record._getRaw('revoked')) throw new Error('the record was taken from this user')
  await record.update((r) => Object.entries(change(r._raw)).forEach(([column, value]) => r._setRaw(column, value)))
})

// A body has 4 MiB and 1,000 rows at most. Rows go in portions of 1 MiB, a longer row alone,
// and whole, because a server that was restored may have lost the record. Of a row that is
// longer than a body only what was edited goes; what is too long even so is left.
const most = 4_000_000, portion = 1_000_000 // bytes of rows
const bytes = (row) => new TextEncoder().encode(JSON.stringify(row)).length + 1
const edited = (row) => {
  const names = ['id', '_status', '_changed', 'updated_at', ...row._changed.split(',')]
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)))
}

function* portions(changes, tooLarge) {
  let part = {}, size = 0, count = 0
  for (const name of tables) {
    for (const [kind, rows] of Object.entries(changes[name])) {
      for (const whole of rows) {
        const row = kind === 'updated' && bytes(whole) > most ? edited(whole) : whole
        const more = bytes(row)
        if (more > most) {
          (tooLarge[name] ??= []).push(row.id)
          continue
        }
        if (count === 1000 || (count > 0 && size + more > portion)) {
          yield part
          part = {}
          size = count = 0
        }
        part[name] ??= { created: [], updated: [], deleted: [] }
        part[name][kind].push(row)
        size += more
        count++
      }
    }
  }
  if (count > 0) yield part
}

// What was not sent yet survives also where everything is replaced.
const unsent = Object.fromEntries(tables.map((name) => [name, () => [Q.where('_status', 'synced')]]))
const keepUnsent = (strategy) => strategy && {
  default: strategy.default ?? strategy, override: strategy.override ?? {}, experimentalQueryRecordsForReplacement: unsent,
}

// A line can die without a word: then neither an answer nor an error ever comes.
async function within(ms, work) {
  const line = new AbortController()
  const dead = new Promise((resolve, reject) => line.signal.addEventListener('abort', () => reject(new Error(`nothing came for ${ms} ms`))))
  const bell = setTimeout(() => line.abort(), ms)
  try {
    return await Promise.race([work(line.signal), dead])
  } finally {
    clearTimeout(bell)
  }
}

// sync synchronizes. since is the timestamp of the last pull after which nothing was unsent
// and all stood as it was sent: what the user had before him when he made his next edit. A
// pull begins there too, so that one whose push never arrived is made once more. It returns
// the ids of the rows that no request can carry, by table: they stay unsent on the device.
export async function sync(database, { url, token, fetch = globalThis.fetch, patience = 300_000 }) {
  const call = (query, body) => within(patience, async (signal) => {
    const answer = await fetch(`${url}/api/sync/watermelon?${new URLSearchParams(query)}`, {
      method: body ? 'POST' : 'GET', headers: { Authorization: token, 'Content-Type': 'application/json' }, body, signal,
    })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    return { ...(await answer.json()), again: answer.headers.get('X-Sync-Again') === '1' }
  })
  let again = true, tooLarge = {}
  for (let round = 0; again && round < 5; round++) {
    let since, pulled, stands = true
    tooLarge = {}
    await synchronize({
      database, sendCreatedAsUpdated: true, migrationsEnabledAtVersion: 1,
      pullChanges: async ({ lastPulledAt, schemaVersion, migration }) => {
        since = (await database.localStorage.get('since')) ?? lastPulledAt ?? 0
        await database.localStorage.set('since', since)
        const { changes, timestamp, experimentalStrategy, again: more } = await call(
          { last_pulled_at: since, schema_version: schemaVersion, migration: JSON.stringify(migration) })
        again = more
        pulled = timestamp
        return { changes, timestamp, experimentalStrategy: keepUnsent(experimentalStrategy) }
      },
      pushChanges: async ({ changes, lastPulledAt }) => {
        const rejected = {}
        for (const part of portions(changes, tooLarge)) {
          const answer = await call({ last_pulled_at: lastPulledAt, since }, JSON.stringify({ changes: part }))
          for (const [name, ids] of Object.entries(answer.experimentalRejectedIds)) (rejected[name] ??= []).push(...ids)
          if (answer.again) again = !(stands = false)
        }
        for (const [name, ids] of Object.entries(tooLarge)) (rejected[name] ??= []).push(...ids)
        return { experimentalRejectedIds: rejected }
      },
    })
    if (stands && !(await hasUnsyncedChanges({ database }))) await database.localStorage.set('since', pulled)
  }
  return { tooLarge }
}
// docs: end

// The test's side: one request a line, one answer a line. What the library says for people
// goes to the other channel.
for (const name of ['log', 'info', 'warn', 'debug']) console[name] = console.error
const require = createRequire(import.meta.url)

function adapter(kind, file) {
  if (kind === 'sqlite') {
    const SQLiteAdapter = require('@nozbe/watermelondb/adapters/sqlite').default
    return new SQLiteAdapter({ dbName: file, schema, migrations })
  }
  const LokiJSAdapter = require('@nozbe/watermelondb/adapters/lokijs').default
  return new LokiJSAdapter({ dbName: file, schema, migrations, useWebWorker: false, useIncrementalIndexedDB: true, extraLokiOptions: { autosave: false } })
}

let database
const asked = []

// change edits a column, or lets a list in it grow, and says what was there before.
async function change({ table: name, id, column, value, grow }) {
  let before = null
  try {
    await edit(database, name, id, (raw) => {
      before = raw[column]
      return { [column]: grow ? JSON.stringify([...JSON.parse(before || '[]'), value]) : value }
    })
  } catch (error) {
    return { refused: String(error.message) }
  }
  return { before }
}

// plainly is an answer as a wrong reading has it: what left the user is deleted at once.
async function plainly(answer) {
  const pulled = await answer.json()
  for (const rows of Object.values(pulled.changes)) {
    rows.deleted.push(...rows.updated.filter((r) => r.revoked).map((r) => r.id))
    rows.updated = rows.updated.filter((r) => !r.revoked)
  }
  return { ok: answer.ok, headers: answer.headers, json: async () => pulled }
}

// line is the network: it may be cut before a request or before its answer, or die without a
// word, and the user may edit while his push is on its way. Where plain is set, what is taken
// from the user is deleted at once.
const line = ({ cut, plain, meanwhile = [] }, done) => async (url, options) => {
  const what = options.method === 'GET' ? 'pull' : 'push'
  if (cut === what) throw new Error('no network')
  if (cut === `${what} dead`) return new Promise(() => {})
  const answer = await fetch(url, options)
  asked.push({
    method: options.method, query: Object.fromEntries(new URL(url).searchParams), again: answer.headers.get('X-Sync-Again'),
    bytes: Buffer.byteLength(options.body ?? ''),
  })
  if (what === 'push') {
    for (const e of meanwhile.splice(0)) done.push(await change(e))
  }
  if (cut === `${what} answer`) throw new Error('the line was cut')
  return plain && what === 'pull' ? plainly(answer) : answer
}

const requests = {
  open: async ({ kind, file }) => { database = open(adapter(kind, file)) },
  sync: async (r) => {
    const done = []
    let said
    try {
      said = await sync(database, { url: r.url, token: r.token, fetch: line(r, done), patience: r.patience })
    } catch (error) {
      return { failed: String(error.message), done }
    }
    return { done, ...said }
  },
  edit: change,
  create: ({ table: name, id, set }) => database.write(async () => {
    await database.get(name).create((r) => {
      r._raw.id = id
      Object.entries(set).forEach(([column, value]) => r._setRaw(column, value))
    })
    return {}
  }),
  remove: ({ table: name, id }) => database.write(async () => {
    await (await database.get(name).find(id)).markAsDeleted()
    return {}
  }),
  dump: async () => {
    const rows = {}
    for (const name of tables) rows[name] = (await database.get(name).query().fetch()).map((r) => r._raw)
    return { rows, since: await database.localStorage.get('since') }
  },
  asked: async () => ({ asked: asked.splice(0) }),
  schema: async () => ({ tables: Object.fromEntries(tables.map((name) => [name, schema.tables[name].columnArray])) }),
}

for await (const text of createInterface({ input: process.stdin })) {
  const { op, ...request } = JSON.parse(text)
  let answer
  try {
    answer = (await requests[op](request)) ?? {}
  } catch (error) {
    answer = { error: String(error.stack ?? error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
process.exit(0)
