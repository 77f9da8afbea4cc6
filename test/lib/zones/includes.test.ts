import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findIncludes } from '../../../lib/zones/includes.ts'
import { runTool } from '../../../lib/zones/tool.ts'
import { withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/includes')

const head = '$TTL 1h\n@ SOA ns.invalid. h 0 7200 3600 1209600 300\n NS ns.invalid.\n'

/** What BIND itself looks for, the files not being there: `[file, line]`, or nothing. */
const askBind = (lines: string): Promise<readonly (readonly [string, number])[]> =>
  withZoneFiles({}, async (folder) => {
    await writeFile(path.join(folder, 'z'), `${head}${lines}`, 'latin1')
    const { messages } = await runTool(['named-compilezone', '-o', '-', 'example.test', 'z'], folder)
    return messages.flatMap((message) => {
      const found = /z:(\d+): (.*): file not found$/.exec(message)
      return found ? [[found[2] ?? '', Number(found[1])] as const] : []
    })
  })

for (const [title, lines, files] of [
  ['plain', '$INCLUDE a.inc\n', ['a.inc']],
  ['in any case', '$inClude a.inc\n', ['a.inc']],
  ['quoted', '$INCLUDE "a b.inc"\n', ['a b.inc']],
  ['the directive quoted', '"$INCLUDE" a.inc\n', ['a.inc']],
  ['an escaped quote', '$INCLUDE "a\\"b.inc"\n', ['a"b.inc']],
  ['other escapes stay', '$INCLUDE "a\\b.inc"\n', ['a\\b.inc']],
  ['an escaped space', '$INCLUDE a\\ b.inc\n', ['a\\ b.inc']],
  ['with an origin', '$INCLUDE a.inc sub.example.test.\n', ['a.inc']],
  ['with a comment', '$INCLUDE a.inc;b\n', ['a.inc']],
  ['with a tab and a carriage return', '$INCLUDE\ta.inc\r\n', ['a.inc']],
  ['in a folder', '$INCLUDE ./sub/../a.inc\n', ['./sub/../a.inc']],
  ['absolute', '$INCLUDE /nowhere/a.inc\n', ['/nowhere/a.inc']],
  ['not ASCII', '$INCLUDE \xe4.inc\n', ['\xe4.inc']],
  ['in brackets', '($INCLUDE a.inc)\n', ['a.inc']],
  ['brackets over lines', '(\n$INCLUDE a.inc\n)\n', ['a.inc']],
  ['the file on the next line', '$INCLUDE (\n a.inc )\n', ['a.inc']],
  ['after a record over several lines', 'x TXT ( a\n b )\n$INCLUDE a.inc\n', ['a.inc']],
  ['after an escaped semicolon', 'x TXT a\\;b\n$INCLUDE a.inc\n', ['a.inc']],
  ['after a string with a semicolon', 'x TXT "a;(b" ; (c\n$INCLUDE a.inc\n', ['a.inc']],
  ['after other directives', '$ORIGIN a.example.test.\n$GENERATE 1-2 $ A 192.0.2.$\n$INCLUDE a.inc\n', ['a.inc']],
  ['indented, which is a record', ' $INCLUDE a.inc\n', []],
  ['in a comment', '; $INCLUDE a.inc\n', []],
  ['in a record over several lines', 'x TXT ( a\n$INCLUDE a.inc )\n', []],
  ['in a string over two lines', 'x TXT "a\\\n$INCLUDE a.inc"\n', []],
  ['as data', 'x TXT $INCLUDE a.inc\n', []],
] as const) {
  test(`${title}: found as BIND finds it`, async () => {
    const found = findIncludes(`${head}${lines}`).map(({ file, line }) => [file, line] as const)
    assert.equal(
      found.map(([file]) => file),
      [...files],
    )
    const asBind = found.map(([file, line]) => [file.replaceAll(/[^ -~]/g, '?'), line])
    assert.equal(
      (await askBind(lines)).map(([file, line]) => [file.replaceAll(/[^ -~]/g, '?'), line]),
      asBind,
    )
  })
}

test.run()
