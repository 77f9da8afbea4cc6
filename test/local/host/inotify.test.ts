import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { raiseInotifyLimit } from '../../../local/host/inotify.ts'

const test = suite('local/host/inotify')

const folder = await mkdtemp(path.join(tmpdir(), 'inotify-'))
const file = path.join(folder, 'limit')
test.after(() => rm(folder, { recursive: true }))

const afterRaising = async (limit: string): Promise<string> => {
  await writeFile(file, limit)
  assert.is(await raiseInotifyLimit(file), undefined)
  return (await readFile(file, 'utf8')).trim()
}

test('what is too little for many machines is raised', async () => {
  assert.is(await afterRaising('128\n'), '1024')
})

test('what is enough is left', async () => {
  assert.is(await afterRaising('8192\n'), '8192')
})

test('where it may not be changed, it says how many machines there can be, and what to do', async () => {
  // a limit of the kernel that nobody may change, since it is none: the number of the last capability
  const fixed = '/proc/sys/kernel/cap_last_cap'
  const machines = Math.floor(Number(await readFile(fixed, 'utf8')) / 7)
  const remark = (await raiseInotifyLimit(fixed)) ?? ''
  assert.ok(remark.startsWith(`no more than ${machines} machines will boot here, in all twins`), remark)
  assert.match(remark, /as root: sysctl -w fs\.inotify\.max_user_instances=1024$/)
})

test.run()
